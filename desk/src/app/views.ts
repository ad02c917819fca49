import { maySeeDeleted } from './rights.js';
import { type Viewer } from './session-context.js';
import { type TicketFilter } from '../generated/graphql.js';
import { type IconName } from '../ui/icon.js';

export type ViewId = 'mine' | 'unassigned' | 'reported' | 'watching' | 'all' | 'deleted';

interface View {
  readonly id: ViewId;
  readonly label: string;
  readonly icon: IconName;
  readonly filter: TicketFilter;
  readonly showsFor?: (viewer: Viewer) => boolean;
}

/** The lists of the sidebar, in its order. */
const VIEWS: readonly View[] = [
  { id: 'mine', label: 'Mine', icon: 'person', filter: { assignedToMe: true } },
  { id: 'unassigned', label: 'Unassigned', icon: 'inbox', filter: { unassigned: true } },
  { id: 'reported', label: 'Reported by me', icon: 'flag', filter: { createdByMe: true } },
  { id: 'watching', label: 'Watching', icon: 'eye', filter: { watchedByMe: true } },
  { id: 'all', label: 'All', icon: 'list', filter: {} },
  {
    id: 'deleted',
    label: 'Deleted',
    icon: 'trash',
    filter: { deleted: true },
    showsFor: maySeeDeleted,
  },
];

/** The views that somebody has. */
export function viewsOf(viewer: Viewer): readonly View[] {
  return VIEWS.filter(({ showsFor }) => showsFor?.(viewer) ?? true);
}

/** Where somebody begins: people who report tickets have none assigned to them. */
export function usualView({ role }: Viewer): ViewId {
  return role.canManageTickets ? 'mine' : 'reported';
}

export function viewFilter(view: ViewId): TicketFilter {
  return VIEWS.find(({ id }) => id === view)?.filter ?? {};
}
