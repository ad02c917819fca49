import { registerEnumType } from 'type-graphql';

export enum WatchState {
  DEFAULT = 'DEFAULT',
  WATCHING = 'WATCHING',
  IGNORED = 'IGNORED',
}
registerEnumType(WatchState, {
  name: 'WatchState',
  description: 'Whether the viewer gets mails about a ticket.',
  valuesConfig: {
    DEFAULT: { description: 'Mails follow from what the viewer has to do with the ticket.' },
    WATCHING: { description: 'Mails about public comments and changes.' },
    IGNORED: { description: 'No mails, but when somebody mentions the viewer by name.' },
  },
});
