import { type ComponentType, lazy, type LazyExoticComponent } from 'react';
import { type IconName } from '../ui/icon.js';
import { type Viewer } from './session-context.js';

interface Screen {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** Whether it is in the navigation. The API decides what it shows. */
  readonly isFor: (viewer: Viewer) => boolean;
  /** Its code is loaded when it is opened. */
  readonly Page: LazyExoticComponent<ComponentType>;
}

/** The screens beside the queue, a ticket and one's account, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  {
    path: '/insights',
    label: 'Insights',
    icon: 'chart',
    isFor: () => true,
    Page: lazy(async () => ({ default: (await import('../features/insights/insights-page.js')).InsightsPage })),
  },
];
