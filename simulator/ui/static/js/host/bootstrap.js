/** What the server knows when it gives the page out: account, users, pipelines, who looks and in which language. */
define(function () {
  return JSON.parse(document.getElementById('bootstrap').textContent);
});
