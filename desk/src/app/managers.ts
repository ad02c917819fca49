import { useQuery } from '@apollo/client/react';
import { apollo } from './api.js';
import { ManagersDocument, RolesDocument } from '../generated/graphql.js';

interface Managers {
  /** Whether nobody else could manage users. */
  readonly isLast: (userId: string) => boolean;
  /** Whether nobody without this role could manage users. */
  readonly isLastRole: (roleId: string) => boolean;
}

/**
 * Who can manage users, by the API's own rule: a role that may, and a confirmed address. Until that is known nobody is
 * the last; the API refuses what would leave nobody in any case.
 */
export function useManagers(): Managers {
  const roles = useQuery(RolesDocument);
  const roleIds = (roles.data?.roles ?? []).filter(({ canManageUsers }) => canManageUsers).map(({ id }) => id);
  const { data, previousData } = useQuery(ManagersDocument, { variables: { roleIds }, skip: roleIds.length === 0 });
  const users = (data ?? previousData)?.users;
  const managers = (users?.nodes ?? []).filter(({ emailConfirmed }) => emailConfirmed === true);
  const areAll = users?.pageInfo.hasNextPage === false && managers.length > 0;
  return {
    isLast: (userId) => areAll && managers.every(({ id }) => id === userId),
    isLastRole: (roleId) => areAll && managers.every(({ role }) => role.id === roleId),
  };
}

/** Removes all lists of people from the cache: after a change somebody may belong elsewhere in them. */
export function forgetPeople(): void {
  apollo.cache.evict({ id: 'ROOT_QUERY', fieldName: 'users' });
  apollo.cache.gc();
}

/** Removes the list of roles, and the lists of people, who hold them, from the cache. */
export function forgetRoles(): void {
  apollo.cache.evict({ id: 'ROOT_QUERY', fieldName: 'roles' });
  forgetPeople();
}
