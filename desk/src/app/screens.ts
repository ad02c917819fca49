import { type IconName } from '../ui/icon.js';
import { type Viewer } from './session-context.js';

interface Screen {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly showsFor?: (viewer: Viewer) => boolean;
}

/** What the sidebar leads to below the views of the queue, in its order. */
export const SCREENS: readonly Screen[] = [{ path: '/mails', label: 'Mails', icon: 'mail' }];
