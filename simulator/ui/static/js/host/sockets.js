/** The channels of `listenSocketChannel`, fed by what happens in the account. */
define(['pubsub'], function (PubSub) {
  return {
    /** Call `callback(message)` for every message of the channel that has one of `keys` (all when empty). */
    listen: function (channel, keys, callback) {
      const wanted = keys || [];
      const token = PubSub.subscribe('socket:' + channel, function (_, message) {
        if (!wanted.length || wanted.some((key) => key in message)) {
          callback(message);
        }
      });
      return { unsubscribe: () => PubSub.unsubscribe(token) };
    },

    /** Tell the card, the entity's list and its pipeline about one entry of the live log. */
    publish: function (entry) {
      PubSub.publish('socket:' + entry.entity_type + ':card:' + entry.entity_id, { [entry.code]: entry });
      PubSub.publish('socket:' + entry.entity_type + ':events', { [entry.code]: entry });
      if (entry.pipeline_id) {
        PubSub.publish('socket:' + entry.entity_type + ':pipeline:' + entry.pipeline_id, { [entry.code]: entry });
      }
    },
  };
});
