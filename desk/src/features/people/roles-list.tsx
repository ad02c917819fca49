import { useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { RolesDocument, type RoleRightsFragment } from '../../generated/graphql.js';
import { Icon } from '../../ui/icon.js';
import { ListPage } from '../../ui/list-page.js';
import { RecordName } from '../../ui/record-name.js';
import { useTitle } from '../../ui/use-title.js';
import { PeopleTabs } from './people-tabs.js';
import { RIGHTS } from './rights.js';
import './roles.css';

/** All roles with their six rights. */
export function RolesList() {
  useTitle('Roles');
  const { data, loading, error } = useQuery(RolesDocument);
  return (
    <ListPage
      title="Roles"
      total={data?.roles.length}
      tabs={<PeopleTabs />}
      tools={
        <Link href="/roles/new" className="button primary">
          <Icon name="plus" /> New role
        </Link>
      }
      loading={loading}
      error={data ? undefined : error}
      empty={null}
    >
      {data && <RolesTable roles={data.roles} />}
    </ListPage>
  );
}

function RolesTable({ roles }: { roles: readonly RoleRightsFragment[] }) {
  return (
    <table className="records roles">
      <thead>
        <tr>
          <th scope="col">Role</th>
          {RIGHTS.map(({ name, label, short }) => (
            <th key={name} scope="col" title={label}>
              {short}
            </th>
          ))}
          <th scope="col">Holders</th>
        </tr>
      </thead>
      <tbody>
        {roles.map((role) => (
          <tr key={role.id}>
            <RecordName name={role.name} href={`/roles/${role.id}`} tag={role.builtIn === null ? null : 'built in'} />
            {RIGHTS.map(({ name, short }) => (
              <td key={name} data-right={role[name]}>
                <Icon name={role[name] ? 'check' : 'close'} />
                <span className="visually-hidden">{role[name] ? 'Yes' : 'No'}</span>
                <span className="right-label" aria-hidden="true">
                  {short}
                </span>
              </td>
            ))}
            <td>
              <Link href={`/people?role=${role.id}`} aria-label={`People with the role ${role.name}`}>
                People
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
