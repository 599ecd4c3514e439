/** The stream of the account's versions: says that something changed, never what. */
define(['./host.js'], function (host) {
  'use strict';

  class Live {
    /**
     * @param {function(new: EventSource, string)} Stream - the browser's EventSource
     * @param {Object} listener - {version(number), connected(), interrupted(), refused()}
     */
    constructor(Stream, listener) {
      this.Stream = Stream;
      this.listener = listener;
      this.source = null;
    }

    /** @param {string} url - with its ticket; the browser reconnects by itself until the server refuses the ticket */
    open(url) {
      this.close();
      this.source = new this.Stream(url);
      this.source.onopen = () => this.listener.connected();
      this.source.onerror = () => this.lose();
      this.source.addEventListener('version', host.guard((event) => {
        this.listener.version(Number(JSON.parse(event.data).version));
      }));
    }

    lose() {
      if (this.source.readyState !== this.Stream.CLOSED) { this.listener.interrupted(); return; }
      this.close();
      this.listener.refused();
    }

    close() {
      if (this.source !== null) { this.source.close(); }
      this.source = null;
    }

    get isOpen() {
      return this.source !== null;
    }
  }

  return Live;
});
