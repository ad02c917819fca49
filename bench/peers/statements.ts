// SQL that more than one peer runs: what somebody writes by hand who knows the tables and their indexes.

/** Condition on a ticket: the words of a search are in its title or description, as they are written. */
export function searchCondition(alias: string, search: string): string {
  return `${alias}.search @@ websearch_to_tsquery('simple', ${search})`;
}

/** Counts of live and of active tickets that are alike, from which all insights are made. */
export const TALLIES = `
  with live as (
    select status, type, count(*)::int as count, (count(*) - count(assigned_to_id))::int as unassigned
    from ticket where deleted_at is null group by 1, 2
  ), active as (
    select priority, assigned_to_id, count(*)::int as count,
      count(*) filter (where status = 'IN_PROGRESS')::int as in_progress,
      count(*) filter (where priority = 'EMERGENCY')::int as emergency,
      count(*) filter (where last_internal_activity_at <= now() - interval '7 days')::int as stale
    from ticket where status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and deleted_at is null group by 1, 2
  ), totals as (
    select coalesce(sum(count), 0)::int as total, coalesce(sum(unassigned), 0)::int as unassigned,
      coalesce(sum(count) filter (where status not in ('DONE', 'CLOSED')), 0)::int as active,
      (select coalesce(sum(stale), 0)::int from active) as stale
    from live
  ), by_status as (
    select status, coalesce(sum(count), 0)::int as count
    from unnest(enum_range(null::ticket_status)) as status left join live using (status) group by 1
  ), by_priority as (
    select priority, coalesce(sum(count), 0)::int as count
    from unnest(enum_range(null::ticket_priority)) as priority left join active using (priority) group by 1
  ), by_type as (
    select type, coalesce(sum(count), 0)::int as count
    from unnest(enum_range(null::ticket_type)) as type left join live using (type) group by 1
  ), workload as (
    select assigned_to_id, sum(count)::int as active, sum(in_progress)::int as in_progress, sum(emergency)::int as emergency
    from active where assigned_to_id is not null group by 1
  )`;

/** All insights as one JSON value, people and all. */
export const INSIGHTS_JSON = `${TALLIES}
  select json_build_object('total', total, 'active', active, 'unassigned', unassigned, 'stale', stale,
    'byStatus', (select json_agg(json_build_object('status', status, 'count', count) order by status) from by_status),
    'byPriority', (select json_agg(json_build_object('priority', priority, 'count', count) order by priority) from by_priority),
    'byType', (select json_agg(json_build_object('type', type, 'count', count) order by type) from by_type),
    'workload', (select coalesce(json_agg(json_build_object('active', w.active, 'inProgress', w.in_progress, 'emergency', w.emergency,
        'user', json_build_object('id', u.id, 'username', u.username, 'firstName', u.first_name, 'lastName', u.last_name))
        order by w.active desc, w.emergency desc, u.id), '[]')
      from workload w join "user" u on u.id = w.assigned_to_id)) as insights
  from totals`;
