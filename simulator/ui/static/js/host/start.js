/** Puts the globals in place that amoCRM's pages have, draws the frame and opens the page of the address. */
define([
  'jquery',
  'underscore',
  'twigjs',
  'moment',
  'host/app',
  'host/bootstrap',
  'host/shell',
  'host/router',
  'host/live',
], function ($, _, Twig, moment, app, bootstrap, shell, router, live) {
  return async function start() {
    Object.assign(window, { $: $, jQuery: $, _: _, Twig: Twig, twig: Twig.twig, APP: app.seen, AMOCRM: app.seen });
    moment.locale(bootstrap.lang);
    shell.draw();
    await router.start();
    live.start();
  };
});
