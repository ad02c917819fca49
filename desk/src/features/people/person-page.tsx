import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { Link, useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { DeletePersonDocument, PersonDocument, type PersonQuery } from '../../generated/graphql.js';
import { DeleteSection } from '../../ui/delete-section.js';
import { FormPage, NoRecord } from '../../ui/form-page.js';
import { Time } from '../../ui/time.js';
import { tell } from '../../ui/toast.js';
import { AccountForm } from './account-form.js';
import { forgetPeople, useManagers } from '../../app/managers.js';
import { PermissionsForm } from './permissions-form.js';

const BACK = { href: '/people', label: 'People' };

type Person = NonNullable<PersonQuery['user']>;

/** One account: what it is, what it may do, and its deletion. */
export function PersonPage({ id }: { id: string }) {
  const query = useQuery(PersonDocument, { variables: { id } });
  const person = query.data?.user;
  return person ? <Account person={person} /> : <NoRecord what="person" back={BACK} query={query} />;
}

function Account({ person }: { person: Person }) {
  const viewer = useViewer();
  const isLastManager = useManagers().isLast(person.id);
  const isSelf = person.id === viewer.id;
  return (
    <FormPage
      title={person.name}
      back={BACK}
      about={
        <p className="soft">
          {isSelf && 'This is you. '}
          {person.username}, <bdi>{person.role.name}</bdi>, since <Time at={person.createdAt} />.
          {person.emailConfirmed === false &&
            ' The address is not confirmed yet: until it is, they have none of the rights of their role, and get no mails about tickets.'}
        </p>
      }
    >
      <AccountForm person={person} isLastManager={isLastManager} />
      <PermissionsForm person={person} />
      <DeletePerson person={person} isLastManager={isLastManager} />
    </FormPage>
  );
}

/** What deleting the account does, by docs/behaviour.md, "Deleting and restoring". */
function effectsOn({ assignedTickets: { totalCount } }: Person, seesAll: boolean): readonly string[] {
  const tickets = totalCount === 1 ? 'The active ticket' : `The ${totalCount} active tickets`;
  const released =
    totalCount > 0 && seesAll
      ? `${tickets} assigned to them will be unassigned.`
      : 'Active tickets assigned to them will be unassigned.';
  return [
    'They are signed out everywhere, and cannot sign in again.',
    released,
    'Mails that wait for them are cancelled.',
    'Their tickets and comments stay, under their name.',
    'Nobody else can have the username. The e-mail address can be used again.',
    'This cannot be undone.',
  ];
}

function DeletePerson({ person, isLastManager }: { person: Person; isLastManager: boolean }) {
  const viewer = useViewer();
  const [, navigate] = useLocation();
  const { id, name } = person;
  return (
    <DeleteSection
      title="Delete the account"
      question={`Delete the account of ${name}?`}
      effects={effectsOn(person, viewer.role.canViewAll)}
      obstacle={obstacleTo(id === viewer.id, isLastManager)}
      send={async () => {
        return resultOf((await mutate(DeletePersonDocument, { input: { id } })).deleteUser, ({ user }) => user);
      }}
      onDeleted={() => {
        navigate('/people', { replace: true });
        forgetPeople();
        tell(`The account of ${name} was deleted.`);
      }}
    />
  );
}

function obstacleTo(isSelf: boolean, isLastManager: boolean) {
  if (isLastManager) {
    return `${isSelf ? 'You are' : 'This is'} the last person who can manage users, so this account cannot be deleted. Give somebody else a role that can, first.`;
  }
  if (!isSelf) return null;
  return (
    <>
      Your own account is deleted under <Link href="/me">Your account</Link>, with your password.
    </>
  );
}
