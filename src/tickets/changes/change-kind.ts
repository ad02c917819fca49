import { registerEnumType } from 'type-graphql';

export enum TicketChangeKind {
  APPEARED = 'APPEARED',
  CHANGED = 'CHANGED',
  VANISHED = 'VANISHED',
}
registerEnumType(TicketChangeKind, {
  name: 'TicketChangeKind',
  description: "What a change means for the list that the viewer's filter finds.",
  valuesConfig: {
    APPEARED: { description: 'New in the list: created, changed into the filter, restored, or made visible.' },
    CHANGED: { description: 'Changed or commented on, and in the list as before.' },
    VANISHED: {
      description:
        'Not in the list any more: deleted, changed out of the filter, or hidden from the viewer. Only the id is told, and only of tickets that the viewer could see before.',
    },
  },
});
