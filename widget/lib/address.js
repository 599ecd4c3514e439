/** Where the server of Pulse is. The build of the archive writes the real address here. */
define([], function () {
  'use strict';

  return 'https://pulse.example.com';
});
