import { PrimaryKeyProp, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { User } from '../../accounts/users/user.entity.js';
import { Ticket } from '../ticket.entity.js';
import { WatchState } from './watch-state.js';

/** Somebody who watches a ticket or ignores it. No row stands for DEFAULT. */
@Entity({ tableName: 'ticket_watch' })
@Index({ name: 'ticket_watch_by_user', properties: ['user', 'ticket'] })
export class TicketWatch {
  [PrimaryKeyProp]?: ['ticket', 'user'];

  @ManyToOne({ entity: () => Ticket, ref: true, primary: true, deleteRule: 'restrict', updateRule: 'restrict' })
  ticket!: Ref<Ticket>;

  @ManyToOne({ entity: () => User, ref: true, primary: true, deleteRule: 'restrict', updateRule: 'restrict' })
  user!: Ref<User>;

  @Enum({ items: () => [WatchState.WATCHING, WatchState.IGNORED], nativeEnumName: 'watch_state' })
  state!: WatchState.WATCHING | WatchState.IGNORED;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;
}
