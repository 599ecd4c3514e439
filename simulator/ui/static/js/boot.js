/** Names amoCRM's vendor modules in their own versions, then starts the page. */
require.config({
  baseUrl: '/ui/js',
  paths: {
    jquery: '/ui/lib/jquery/dist/jquery',
    underscore: '/ui/lib/underscore/underscore',
    backbone: '/ui/lib/backbone/backbone',
    twigjs: '/ui/lib/twig/twig',
    moment: '/ui/lib/moment/min/moment-with-locales',
    pubsub: '/ui/lib/pubsub-js/src/pubsub',
    text: '/ui/lib/requirejs-text/text',
    json: 'plugins/json',
    optional: 'plugins/optional',
  },
  waitSeconds: 30,
});

require(['host/start'], function (start) {
  start();
});
