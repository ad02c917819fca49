import { type ComponentType } from 'react';
import { type IconName } from '../ui/icon.js';
import { lazyScreen } from './screen.js';
import { type Viewer } from './session-context.js';

interface Screen {
  /** It shows at each of these and below; the sidebar leads to the first. */
  readonly paths: readonly [string, ...string[]];
  readonly label: string;
  readonly icon: IconName;
  /** Whether it is in the navigation. The API decides what it shows. */
  readonly isFor: (viewer: Viewer) => boolean;
  /** Its code is loaded when it is opened. */
  readonly Page: ComponentType;
}

/** The screens beside the queue, a ticket and one's account, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  {
    paths: ['/insights'],
    label: 'Insights',
    icon: 'chart',
    isFor: () => true,
    Page: lazyScreen(async () => (await import('../features/insights/insights-page.js')).InsightsPage),
  },
  {
    paths: ['/mails'],
    label: 'Mails',
    icon: 'mail',
    isFor: () => true,
    Page: lazyScreen(async () => (await import('../features/mails/mails-page.js')).MailsPage),
  },
  {
    paths: ['/products'],
    label: 'Products',
    icon: 'box',
    isFor: ({ role }) => role.canManageTickets,
    Page: lazyScreen(async () => (await import('../features/products/products-page.js')).ProductsPage),
  },
  {
    paths: ['/people', '/roles'],
    label: 'People',
    icon: 'people',
    isFor: ({ role }) => role.canManageUsers,
    Page: lazyScreen(async () => (await import('../features/people/people-page.js')).PeoplePage),
  },
];

export function showsAt({ paths }: Screen, location: string): boolean {
  return paths.some((path) => location === path || location.startsWith(`${path}/`));
}
