import { useViewer } from '../../app/session-context.js';
import { type PersonRowFragment } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { RecordName } from '../../ui/record-name.js';
import { Time } from '../../ui/time.js';
import { lackingPermissions } from './permissions.js';
import './people.css';

interface PeopleTableProps {
  readonly people: readonly PersonRowFragment[];
  readonly deleted: boolean;
}

export function PeopleTable({ people, deleted }: PeopleTableProps) {
  const viewer = useViewer();
  return (
    <table className="records people">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Username</th>
          {!deleted && <th scope="col">E-mail</th>}
          <th scope="col">Role</th>
          {!deleted && <th scope="col">May not</th>}
          <th scope="col">{deleted ? 'Deleted' : 'Since'}</th>
        </tr>
      </thead>
      <tbody>
        {people.map(({ id, name, username, email, emailConfirmed, role, ticketPermissions, createdAt, deletedAt }) => (
          <tr key={id}>
            <RecordName
              name={name}
              href={deletedAt === null ? `/people/${id}` : null}
              icon={<Avatar name={name} />}
              tag={id === viewer.id ? 'You' : null}
            />
            <td title={username}>{username}</td>
            {!deleted && (
              <td title={email ?? undefined}>
                {email}
                {emailConfirmed === false && <span className="tag">not confirmed</span>}
              </td>
            )}
            <td title={role.name}>
              <bdi>{role.name}</bdi>
            </td>
            {!deleted && <td data-column="may-not">{ticketPermissions && lackingPermissions(ticketPermissions)}</td>}
            <td>
              <Time at={deletedAt ?? createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
