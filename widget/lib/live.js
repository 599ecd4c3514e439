/** The stream of the account's versions: says that something changed, never what. */
define(['./host.js'], function (host) {
  'use strict';

  class Live {
    /**
     * @param {function(new: EventSource, string)} Stream - the browser's EventSource
     * @param {{version: function(number), connected: function(), lost: function()}} listener
     */
    constructor(Stream, listener) {
      this.Stream = Stream;
      this.listener = listener;
      this.source = null;
    }

    /** @param {string} url - with its ticket; the browser reconnects by itself until the ticket is refused */
    open(url) {
      this.close();
      this.source = new this.Stream(url);
      this.source.onopen = () => this.listener.connected();
      this.source.onerror = () => this.listener.lost();
      this.source.addEventListener('version', host.guard((event) => {
        this.listener.version(Number(JSON.parse(event.data).version));
      }));
    }

    close() {
      if (this.source !== null) { this.source.close(); }
      this.source = null;
    }
  }

  return Live;
});
