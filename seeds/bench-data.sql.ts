import { BULK_OFF, BULK_ON } from './bench-data.bulk.sql.js';

/** Common ones first: the n-th is picked the more often the smaller n is. */
const WORDS =
  `the to is and a of in on not for it when after with my does no from again since this user error can page at
  we printer login password email account server network system file screen update slow access button report open
  cannot fails message window office application browser click data new old monitor laptop phone computer software
  connection wifi vpn database backup invoice payroll calendar meeting shared folder drive permission denied timeout
  crash freeze blank white black paper toner scanner keyboard mouse cable dock battery charger display resolution
  install license expired renew certificate security two factor token code locked reset request approve reject order
  customer patient record appointment clinic bank transfer payment balance statement export import spreadsheet column
  row filter search results missing duplicate wrong total rounding currency tax date time zone midnight monday friday
  morning afternoon yesterday weekly monthly quarter colleague manager department sales finance support reception
  warehouse floor second third building room desk adapter headset microphone camera video call audio echo delay lag
  latency bandwidth router switch firewall proxy gateway mailbox quota attachment spam signature outlook outbox inbox
  sync contact archive restore deleted recover version upgrade rollback deploy release staging production test log
  trace exception null pointer memory leak disk space full cpu load thread pool queue job schedule cron worker retry
  webhook api endpoint header cookie session redirect domain dns record host address subnet port protocol tls cipher
  encrypted key vault secret rotate audit policy compliance retention gdpr consent form field validation required
  optional dropdown checkbox tab menu sidebar icon logo theme dark contrast font translation language german french
  swedish café résumé naïve façade überweisung größe straße smörgåsbord jalapeño crème brûlée piñata señor
  tablet barcode label shelf inventory stock shipment courier tracking refund discount coupon cart checkout visa
  badge door alarm sensor thermostat elevator projector whiteboard kiosk terminal receipt drawer scale cash register
  firmware bios driver kernel reboot shutdown hibernate standby wake partition mount volume snapshot replica cluster
  node pod container image registry pipeline build artifact branch merge conflict commit tag hotfix regression flaky
  dashboard chart graph axis legend tooltip widget metric threshold alert escalate incident outage postmortem runbook
  oncall pager rota handover shift holiday sick leave timesheet overtime salary bonus pension insurance claim referral
  prescription allergy dosage laboratory sample ultrasound radiology discharge triage ward nurse surgeon pharmacy
  mortgage loan interest deposit withdrawal overdraft iban swift ledger reconciliation dividend portfolio broker`
    .split(/\s+/)
    .filter((word, index, all) => all.indexOf(word) === index);

const setting = (name: string) => `current_setting('seed.${name}')::int`;
/** Between 0 and 1, by the row's number and what it is for. */
const chance = (n: string, salt: number | string) =>
  `((hashint8extended(${n}::bigint, ${salt}) & 1073741823)::float8 / 1073741824)`;
/** A UUID of version 7, by the instant and the row's number. */
const id = (instant: string, n: string) =>
  `(lpad(to_hex((extract(epoch from ${instant}) * 1000)::bigint), 12, '0') || '7' || substr(md5(${n}::text), 1, 3) || '8' || substr(md5(${n}::text), 4, 15))::uuid`;
/** `least` to `most` words; one in eight is a rare compound of two. */
const text = (n: string, salt: number, least: number, most: number) => `(
  select string_agg(
    case when ${chance('place.k', `${n}::bigint * 1000 + ${salt + 2}`)} < 0.125
      then pg_temp.seed_word(${chance('place.k', `${n}::bigint * 1000 + ${salt}`)}) || pg_temp.seed_word(${chance('place.k', `${n}::bigint * 1000 + ${salt + 1}`)})
      else pg_temp.seed_word(${chance('place.k', `${n}::bigint * 1000 + ${salt}`)}) end, ' ' order by place.k)
  from generate_series(1, ${least} + floor(${chance(n, salt)} * ${most - least + 1})::int) as place (k))`;
const pick = (n: string, salt: number, values: readonly (readonly [string, number])[], type: string) => {
  let upTo = 0;
  const branches = values.map(([value, share]) => {
    upTo += share;
    return `when ${chance(n, salt)} < ${upTo} then '${value}'`;
  });
  return `(case ${branches.join(' ')} else '${values.at(-1)?.[0]}' end)::${type}`;
};

/** Three years before it; the ends of what happens to a ticket are cut off at it. */
const END = `timestamptz '2026-03-01 00:00:00Z'`;

/** Texts there are; beyond, they begin again. */
const TICKET_TEXTS = `least(${setting('texts')}, ${setting('tickets')})`;
const COMMENT_TEXTS = `least(${setting('texts')}, ${setting('comments')})`;
const textOf = (n: string, texts: string) => `1 + (${n} - 1) % ${texts}`;

/** What is done, and the statement that does it; they run in one transaction, with seed.* settings for the sizes. */
export const SEED_STATEMENTS: readonly (readonly [string, string])[] = [
  ...BULK_ON,
  [
    'word list',
    `create function pg_temp.seed_word(chance float8) returns text language sql immutable as $$
       select (array[${WORDS.map((word) => `'${word}'`).join(',')}])[1 + floor(power(chance, 2.5) * ${WORDS.length})::int]
     $$`,
  ],
  [
    'role',
    `insert into role (id, name, created_at) values ('01900000-0000-7000-8000-0000000000aa', 'bench own', ${END} - interval '4 years')`,
  ],
  [
    'users',
    `insert into "user" (id, username, first_name, last_name, email, password_hash, role_id, created_at)
     select ${id('at', 'i')}, x.name, initcap(x.name), 'Bench', x.name || '@docket.example', current_setting('seed.password'), role.id, at
     from generate_series(1, ${setting('users')}) as series (i)
       cross join lateral (select case i when 1 then 'bench-admin' when 2 then 'bench-tech' when 3 then 'bench-user'
                  when 4 then 'bench-own' else 'bench' || i end as name, ${END} - interval '4 years' + i * interval '1 minute' as at) x
       cross join lateral (select case when i = 1 then 'admin' when i = 2 or i % 20 = 0 then 'tech'
                  when i = 4 or i % 7 = 0 then 'bench own' else 'user' end as held) y
       join role on role.name = held`,
  ],
  [
    'people by number',
    `create temporary table seed_user on commit drop as
       select row_number() over (order by u.created_at, u.id) as n, u.id, r.name = 'tech' as tech,
         case when r.name = 'tech' then row_number() over (partition by r.name order by u.created_at, u.id) end as tech_n
       from "user" u join role r on r.id = u.role_id where u.username like 'bench%';
     create unique index on seed_user (n);
     create unique index on seed_user (tech_n)`,
  ],
  [
    'products',
    `insert into product (id, name, type, owner_email, created_at)
     select ${id(`${END} - interval '4 years'`, 'i')}, 'Product ' || i, ${pick(
       'i',
       1,
       [
         ['HEALTH_CARE', 0.3],
         ['BANKING', 0.3],
         ['OTHERS', 1],
       ],
       'product_type',
     )}, 'owner@docket.example', ${END} - interval '4 years'
     from generate_series(1, 20) as series (i)`,
  ],
  [
    'texts',
    `create temporary table seed_text on commit drop as
       select *, ticket_words(title, description) as words, ticket_stems(title, description) as stems
       from (select n, ${text('n', 10, 3, 9)} as title, ${text('n', 20, 10, 80)} as description
         from generate_series(1, ${TICKET_TEXTS}) as series (n) offset 0) written;
     create temporary table seed_comment_text on commit drop as
       select n, ${text('n', 50, 6, 40)} as content from generate_series(1, ${COMMENT_TEXTS}) as series (n);
     analyze seed_text, seed_comment_text`,
  ],
  [
    'tickets',
    `insert into ticket (id, title, description, type, priority, status, product_id, created_by_id, assigned_to_id, created_at, updated_at, closed_at, deleted_at, version)
     select ${id('at', 'i')}, written.title, written.description,
       ${pick(
         'i',
         31,
         [
           ['BUG', 0.7],
           ['ENHANCEMENT', 0.15],
           ['FEATURE', 1],
         ],
         'ticket_type',
       )},
       ${pick(
         'i',
         32,
         [
           ['LOW', 0.2],
           ['MEDIUM', 0.55],
           ['HIGH', 0.2],
           ['EMERGENCY', 1],
         ],
         'ticket_priority',
       )},
       status, product.id, creator.id, assignee.id, at, updated, case when status in ('DONE', 'CLOSED') then updated end,
       case when ${chance('i', 40)} < 0.01 then ${END} end, case when updated is null then 1 else 3 end
     from generate_series(1, ${setting('tickets')}) as series (i)
       join seed_text written on written.n = ${textOf('i', TICKET_TEXTS)}
       cross join lateral (select date_trunc('milliseconds', ${END} - interval '3 years' + i * (interval '3 years' / ${setting('tickets')})) as at) a
       cross join lateral (select case when at > ${END} - interval '30 days'
           then ${pick(
             'i',
             33,
             [
               ['OPEN', 0.4],
               ['SELECTED_FOR_DEV', 0.1],
               ['IN_PROGRESS', 0.2],
               ['ON_HOLD', 0.1],
               ['DONE', 0.1],
               ['CLOSED', 1],
             ],
             'ticket_status',
           )}
           else ${pick(
             'i',
             33,
             [
               ['OPEN', 0.03],
               ['SELECTED_FOR_DEV', 0.02],
               ['IN_PROGRESS', 0.02],
               ['ON_HOLD', 0.03],
               ['DONE', 0.3],
               ['CLOSED', 1],
             ],
             'ticket_status',
           )} end as status) b
       cross join lateral (select case when status <> 'OPEN' or ${chance('i', 34)} < 0.3
           then least(${END}, date_trunc('milliseconds', at + ${chance('i', 35)} * interval '20 days')) end as updated) c
       left join product on ${chance('i', 36)} < 0.8 and product.name = 'Product ' || 1 + floor(${chance('i', 37)} * 20)::int
       join seed_user creator on creator.n = 1 + floor(power(${chance('i', 38)}, 1.5) * ${setting('users')})::int
       left join seed_user assignee on ${chance('i', 41)} < 0.9
         and assignee.tech_n = 1 + floor(${chance('i', 39)} * (select count(*) from seed_user where tech))::int
     order by i`,
  ],
  [
    'tickets by number',
    `create temporary table seed_ticket on commit drop as
       select row_number() over (order by number) as n, id, number, deleted_at, created_at, created_by_id, assigned_to_id from ticket;
     create unique index on seed_ticket (n);
     analyze seed_ticket`,
  ],
  [
    'comments',
    `create temporary table seed_comment on commit drop as
       select i, ${id('at', 'i')} as id, ${textOf('i', COMMENT_TEXTS)} as text_n, ${chance('i', 61)} < 0.05 as internal, ticket.id as ticket_id,
         case when i % 2 = 0 then ticket.created_by_id else coalesce(ticket.assigned_to_id, ticket.created_by_id) end as author_id, at
       from generate_series(1, ${setting('comments')}) as series (i)
         join seed_ticket ticket on ticket.n = 1 + floor(power(${chance('i', 62)}, 1.3) * ${setting('tickets')})::int
         cross join lateral (select least(${END}, date_trunc('milliseconds', ticket.created_at + ${chance('i', 63)} * interval '20 days')) as at) a;
     analyze seed_comment;
     insert into comment (id, content, internal, ticket_id, author_id, created_at)
       select id, content, internal, ticket_id, author_id, at
       from seed_comment join seed_comment_text on text_n = n order by i`,
  ],
  [
    'events',
    `insert into ticket_event (id, kind, ticket_id, actor_id, comment_id, changes, created_at)
     select ${id('created_at', 'number')}, 'CREATED'::ticket_event_kind, id, created_by_id, null::uuid, '[]'::jsonb, created_at from ticket
     union all
     select ${id('created_at', 'id')}, 'COMMENTED', ticket_id, author_id, id, '[]', created_at from comment
     union all
     select ${id('updated_at', 'number')}, 'CHANGED', id, coalesce(assigned_to_id, created_by_id), null,
       jsonb_build_array(jsonb_build_object('field', 'status', 'from', 'OPEN', 'to', status)), updated_at
     from ticket where updated_at is not null and status <> 'OPEN'`,
  ],
  // What the triggers would collect ticket by ticket.
  [
    'words of tickets',
    `create aggregate pg_temp.seed_words(tsvector) (sfunc = tsvector_concat, stype = tsvector);
     create temporary table seed_commented on commit drop as
       select ticket_id, pg_temp.seed_words(marked_words(words, internal)) as words from comment group by ticket_id;
     analyze seed_commented;
     insert into ticket_search (ticket_number, created_at, words)
       select t.number, t.created_at, x.words || coalesce(c.words, '')
       from seed_ticket t join seed_text x on x.n = ${textOf('t.n', TICKET_TEXTS)} left join seed_commented c on c.ticket_id = t.id
       order by t.number;
     insert into ticket_stem (ticket_number, stems)
       select t.number, x.stems from seed_ticket t join seed_text x on x.n = ${textOf('t.n', TICKET_TEXTS)}
       where t.deleted_at is null order by t.number`,
  ],
  [
    'comment counts',
    `update ticket t set comment_count = c.comments, internal_comment_count = c.internal_comments,
       last_comment_at = c.last_at, last_internal_comment_at = c.last_internal_at
     from (
       select ticket_id, count(*) filter (where not internal) as comments, count(*) filter (where internal) as internal_comments,
         max(created_at) filter (where not internal) as last_at, max(created_at) filter (where internal) as last_internal_at
       from comment where deleted_at is null group by ticket_id
     ) c where c.ticket_id = t.id`,
  ],
  [
    'words',
    `insert into search_word (word)
       select word from ts_stat('select words from seed_text union all select comment_words(content) from seed_comment_text')
       where is_learnt(word)`,
  ],
  ...BULK_OFF,
];
