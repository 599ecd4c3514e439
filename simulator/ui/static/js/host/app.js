/** The object that widgets see as APP (and as AMOCRM, its deprecated twin). The page itself writes to `app.own`. */
define(['host/bootstrap', 'host/readonly', 'host/notifications', 'host/trace'], function (
  bootstrap,
  readonly,
  notifications,
  trace,
) {
  const constants = {
    user: bootstrap.constants.user,
    user_rights: bootstrap.constants.user_rights,
    account: bootstrap.constants.account,
    managers: bootstrap.constants.managers,
    groups: bootstrap.constants.groups,
    task_types: bootstrap.constants.task_types,
  };
  const page = { area: '', entity: '' };

  const own = {
    lang_id: bootstrap.lang,
    element_types: { contacts: 1, leads: 2, companies: 3, customers: 12 },
    cf_types: {},
    system: { format: { date: { date: 'DD.MM.YYYY', date_short: 'DD.MM', full: 'DD.MM.YYYY HH:mm' } } },
    data: { current_card: false, current_list: false, current_view: false, current_entity: '', is_card: false },
    widgets: { list: {}, system: {}, loaded: false, notificationsPhone: {} },
    notifications: notifications,
    sdk: {
      showUserStatus: (users) => trace.add('APP.sdk', 'showUserStatus', JSON.stringify(users)),
      setCallingStatus: (on) => {
        own.sdk.calling = on;
      },
      getCallingStatus: () => Boolean(own.sdk.calling),
    },
    constant: (key) => (constants[key] === undefined ? undefined : readonly(constants, 'APP.constants')[key]),
    getBaseEntity: () => page.entity,
    isCard: () => own.data.is_card,
    getWidgetsArea: () => page.area,
    getV3WidgetsArea: () => page.area,
    addNotificationCallback: (code, callback) => {
      own.widgets.notificationsPhone[code] = callback;
    },
  };

  return {
    own: own,
    seen: readonly(own, 'APP'),

    /** Tell widgets which page they stand on: long area code, base entity, and the card, list or view of it. */
    enter: function (area, entity, data) {
      page.area = area;
      page.entity = entity;
      Object.assign(own.data, { current_card: false, current_list: false, current_view: false }, data);
      own.data.current_entity = entity;
      own.data.is_card = Boolean(own.data.current_card);
    },
  };
});
