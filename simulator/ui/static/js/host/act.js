/** A person's change: `act('change_lead', {id, price})` is done by the server in the name of the chosen user. */
define(['host/server', 'host/notifications', 'host/words'], function (server, notifications, words) {
  return async function act(name, values) {
    try {
      return await server.post('/ajax/page/act/' + name, values);
    } catch (error) {
      notifications.show_message_error({ header: words('failed'), text: error.message });
      return null;
    }
  };
});
