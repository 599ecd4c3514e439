// The consent window was opened by the account's page (mode=post_message): tell that page, and nobody else, then go away.
(function () {
  'use strict';

  var origin = document.currentScript.dataset.origin;

  if (window.opener) {
    window.opener.postMessage({ type: 'pulse:connected' }, origin);
    window.close();
  }
}());
