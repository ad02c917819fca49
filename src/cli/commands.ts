import { createAdmin } from './accounts/create-admin.js';
import { grantRole } from './accounts/grant-role.js';
import { listSessions } from './accounts/list-sessions.js';
import { resetPassword } from './accounts/reset-password.js';
import { revokeSessions } from './accounts/revoke-sessions.js';
import { backup } from './backup/backup.js';
import { restore } from './backup/restore.js';
import { type Command } from './command.js';
import { exportTickets } from '../import-export/export-tickets.js';
import { importTickets } from '../import-export/import-tickets.js';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  createAdmin,
  grantRole,
  resetPassword,
  listSessions,
  revokeSessions,
  importTickets,
  exportTickets,
  backup,
  restore,
];
