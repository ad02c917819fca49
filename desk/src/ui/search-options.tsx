import { apollo } from '../app/api.js';
import { FindProductsDocument, FindUsersDocument } from '../generated/graphql.js';
import { Avatar } from './avatar.js';
import { type Option } from './option.js';

/** Stands for no person, or no product, in a picker. */
export const NONE = 'none';

const matches = (label: string, search: string) => label.toLowerCase().includes(search.toLowerCase());

/** People by name or username. */
async function findOnlyPeople(search: string): Promise<readonly Option[]> {
  const { data } = await apollo.query({ query: FindUsersDocument, variables: { search: search || null } });
  return (data?.users.nodes ?? []).map(({ id, name, username }) => ({
    id,
    label: name,
    hint: username,
    icon: <Avatar name={name} />,
  }));
}

/** People by name or username, and everybody. */
export async function findPeopleOrEverybody(search: string): Promise<readonly Option[]> {
  const people = await findOnlyPeople(search);
  const everybody = { id: NONE, label: 'Everybody' };
  return matches(everybody.label, search) ? [everybody, ...people] : people;
}

/** People by name or username, and nobody. */
export async function findPeople(search: string): Promise<readonly Option[]> {
  const people = await findOnlyPeople(search);
  const nobody = { id: NONE, label: 'Nobody', icon: <span className="avatar none" /> };
  return matches(nobody.label, search) ? [nobody, ...people] : people;
}

/** Products by name. */
export async function findOnlyProducts(search: string): Promise<readonly Option[]> {
  const { data } = await apollo.query({ query: FindProductsDocument, variables: { search: search || null } });
  return (data?.products.nodes ?? []).map(({ id, name }) => ({ id, label: name }));
}

/** Products by name, and none. */
export async function findProducts(search: string): Promise<readonly Option[]> {
  const products = await findOnlyProducts(search);
  const none = { id: NONE, label: 'No product' };
  return matches(none.label, search) ? [none, ...products] : products;
}
