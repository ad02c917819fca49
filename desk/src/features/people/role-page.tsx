import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { Link, useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { NO_RIGHTS } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import {
  CreateRoleDocument,
  DeleteRoleDocument,
  RoleHoldersDocument,
  RolesDocument,
  type RoleRightsFragment,
  UpdateRoleDocument,
} from '../../generated/graphql.js';
import { DeleteSection } from '../../ui/delete-section.js';
import { FormPage, NoRecord } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { forgetPeople, forgetRoles, useManagers } from '../../app/managers.js';
import { RoleForm } from './role-form.js';

const BACK = { href: '/roles', label: 'Roles' };

export function NewRolePage() {
  const [, navigate] = useLocation();
  return (
    <FormPage title="New role" back={BACK}>
      <RoleForm
        saved={{ name: '', ...NO_RIGHTS }}
        action="Create the role"
        send={async (_changed, all) => {
          return resultOf((await mutate(CreateRoleDocument, { input: all })).createRole, ({ role }) => role);
        }}
        onSaved={({ name }) => {
          navigate('/roles', { replace: true });
          forgetRoles();
          tell(`The role ${name} was created.`);
        }}
      />
    </FormPage>
  );
}

export function RolePage({ id }: { id: string }) {
  const query = useQuery(RolesDocument);
  const role = query.data?.roles.find((each) => each.id === id);
  return role ? <Role role={role} /> : <NoRecord what="role" back={BACK} query={query} />;
}

function Role({ role }: { role: RoleRightsFragment }) {
  const viewer = useViewer();
  const { isLastRole } = useManagers();
  const { data, previousData } = useQuery(RoleHoldersDocument, { variables: { roleIds: [role.id] } });
  const holders = (data ?? previousData)?.users.totalCount;
  return (
    <FormPage
      title={role.name}
      back={BACK}
      about={
        <p className="soft">
          {role.builtIn !== null && 'A built-in role. '}
          <Link href={`/people?role=${role.id}`}>{holdersInWords(holders)}</Link>. Changes take effect for them within
          five seconds.
        </p>
      }
    >
      <RoleForm
        saved={role}
        action="Save the role"
        isOwn={viewer.role.id === role.id}
        isLastManagers={isLastRole(role.id)}
        send={async (changed) => {
          return resultOf(
            (await mutate(UpdateRoleDocument, { input: { id: role.id, ...changed } })).updateRole,
            (payload) => payload.role,
          );
        }}
        onSaved={({ name }) => {
          forgetPeople();
          tell(`The role ${name} is saved.`);
        }}
      />
      <DeleteRole role={role} holders={holders} />
    </FormPage>
  );
}

function holdersInWords(holders: number | undefined): string {
  if (holders === undefined) return 'The people with this role';
  if (holders === 0) return 'Nobody has this role';
  return holders === 1 ? 'One person has this role' : `${holders.toLocaleString()} people have this role`;
}

function DeleteRole({ role, holders }: { role: RoleRightsFragment; holders: number | undefined }) {
  const [, navigate] = useLocation();
  return (
    <DeleteSection
      title="Delete the role"
      question={`Delete the role ${role.name}?`}
      effects={['Nobody can be given it any more.', 'This cannot be undone.']}
      obstacle={obstacleTo(role, holders)}
      send={async () => {
        return resultOf(
          (await mutate(DeleteRoleDocument, { input: { id: role.id } })).deleteRole,
          ({ deletedRoleId }) => deletedRoleId,
        );
      }}
      onDeleted={() => {
        navigate('/roles', { replace: true });
        forgetRoles();
        tell(`The role ${role.name} was deleted.`);
      }}
    />
  );
}

function obstacleTo(role: RoleRightsFragment, holders: number | undefined): string | null {
  if (role.builtIn !== null) return 'A built-in role cannot be deleted. It can be renamed and changed.';
  if (holders === undefined || holders === 0) return null;
  return `${holdersInWords(holders)}. Give them another one first.`;
}
