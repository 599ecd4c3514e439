/** Same-origin calls of the page itself; every answer is JSON. */
define(function () {
  async function call(address, options) {
    const answer = await fetch(address, Object.assign({ credentials: 'same-origin' }, options));
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new Error(body.error || answer.status + ' ' + answer.statusText);
    }
    return body;
  }

  return {
    get: (address) => call(address),

    post: (address, body) =>
      call(address, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body || {}),
      }),

    upload: (address, file) => {
      const form = new FormData();
      form.append('widget', file);
      return call(address, { method: 'POST', body: form });
    },
  };
});
