import { type Viewer } from '../../app/session-context.js';
import { type TicketFilter } from '../../generated/graphql.js';
import { type IconName } from '../../ui/icon.js';

export type ViewId = 'mine' | 'unassigned' | 'reported' | 'all';

interface View {
  readonly id: ViewId;
  readonly label: string;
  readonly icon: IconName;
  readonly filter: (viewer: Viewer) => TicketFilter;
}

/** The lists of the sidebar, in its order. */
export const VIEWS: readonly View[] = [
  { id: 'mine', label: 'Mine', icon: 'person', filter: ({ id }) => ({ assignedToId: [id] }) },
  { id: 'unassigned', label: 'Unassigned', icon: 'inbox', filter: () => ({ unassigned: true }) },
  { id: 'reported', label: 'Reported by me', icon: 'flag', filter: ({ id }) => ({ createdById: [id] }) },
  { id: 'all', label: 'All', icon: 'list', filter: () => ({}) },
];

export function viewFilter(view: ViewId, viewer: Viewer): TicketFilter {
  return VIEWS.find(({ id }) => id === view)?.filter(viewer) ?? {};
}
