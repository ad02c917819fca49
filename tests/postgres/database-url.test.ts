import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/database/connection/database-url.js';

const NOTHING = {
  host: 'localhost',
  port: 5432,
  user: undefined,
  password: undefined,
  database: undefined,
  sslMode: 'prefer',
  sslNegotiation: 'postgres',
  connectTimeout: undefined,
  parameters: new Map(),
};

describe('A database URL', () => {
  test.each([
    ['postgres://', {}],
    ['postgresql://db.example/docket', { host: 'db.example', database: 'docket' }],
    ['postgres://ada@db.example:6432', { host: 'db.example', port: 6432, user: 'ada' }],
    [
      'postgres://ada:secret@[::1]:5433/docket',
      { host: '::1', port: 5433, user: 'ada', password: 'secret', database: 'docket' },
    ],
    [
      'postgres://a%40b:p%25%2F%3F%23%3A%40@h/d%2Fe%25%20f',
      { host: 'h', user: 'a@b', password: 'p%/?#:@', database: 'd/e% f' },
    ],
    ['postgres://ada:with@sign@h/d', { host: 'h', user: 'ada', password: 'with@sign', database: 'd' }],
    ['postgres://ada:a:b@h/d', { host: 'h', user: 'ada', password: 'a:b', database: 'd' }],
    [
      'postgres://ada:secret@/docket?host=/run/pg',
      { host: '/run/pg', user: 'ada', password: 'secret', database: 'docket' },
    ],
    ['postgres:///docket?host=%2Frun%2Fpg&port=5433', { host: '/run/pg', port: 5433, database: 'docket' }],
    ['postgres://%2Frun%2Fpg/docket', { host: '/run/pg', database: 'docket' }],
    [
      'postgres://h?user=ada&password=a%26b+c&dbname=docket',
      { host: 'h', user: 'ada', password: 'a&b+c', database: 'docket' },
    ],
    [
      'postgres://h/d?sslmode=require&sslnegotiation=direct',
      { host: 'h', database: 'd', sslMode: 'require', sslNegotiation: 'direct' },
    ],
    ['postgres://h/d?sslrootcert=system', { host: 'h', database: 'd', sslMode: 'verify-full' }],
    ['postgres://h/d?ssl=true', { host: 'h', database: 'd', sslMode: 'require' }],
    ['postgres://h/d?connect_timeout=3', { host: 'h', database: 'd', connectTimeout: 3 }],
  ])('%s is read as libpq reads it', (url, expected) => {
    const { parameters: _parameters, ...read } = parseDatabaseUrl(url);
    const { parameters: _none, ...nothing } = NOTHING;
    expect(read).toEqual({ ...nothing, ...expected });
  });

  test.each([
    ['mysql://h/d', 'begins with postgres://'],
    ['postgres://h/d?sslmod=require', 'parameter sslmod, which is unknown. Is sslmode meant?'],
    ['postgres://h/d?pgbouncer=true', 'parameter pgbouncer, which is unknown. Known are host, port'],
    ['postgres://h/d?target_session_attrs=any', 'parameter target_session_attrs, which is unknown'],
    ['postgres://h/d?sslmode=verify_full', 'one of verify-full, verify-ca, require, prefer, allow, disable as sslmode'],
    ['postgres://h/d?sslmode', 'must give a value to sslmode'],
    ['postgres://h/d?sslmode=verify-ca', 'sslrootcert beside sslmode=verify-ca'],
    ['postgres://h/d?sslmode=require&sslrootcert=system', 'sslmode=verify-full beside sslrootcert=system'],
    ['postgres://h/d?sslcert=a.crt', 'both sslcert and sslkey'],
    ['postgres://h/d?sslnegotiation=direct', 'beside sslnegotiation=direct'],
    ['postgres://h/d?channel_binding=require', 'channel_binding=prefer'],
    ['postgres://h/d?ssl_min_protocol_version=TLSv1', 'TLSv1.2, TLSv1.3 as ssl_min_protocol_version'],
    ['postgres://h/d?connect_timeout=soon', 'a whole number from 0 to 86400 as connect_timeout'],
    ['postgres://h:65536/d', 'a whole number from 1 to 65535 as port'],
    ['postgres://a,b/d', 'must name one host'],
    ['postgres://a:1,b:2/d', 'must name one host'],
    ['postgres://a%2Cb/d', 'must name one host'],
    ['postgres:///d?host=a,b', 'must name one host'],
    ['postgres:///d?host=%40docket', 'a folder as the host of a Unix socket'],
    ['postgres://h:0/d', 'a whole number from 1 to 65535 as port'],
    ['postgres://h/d?port=0', 'a whole number from 1 to 65535 as port'],
    ['postgres://h/d?port=1,2', 'a whole number from 1 to 65535 as port'],
    ['postgres://::1:5432/d', 'an IPv6 address in brackets'],
    ['postgres://h/d?sslmode=verify-full&sslrootcert=', 'must give a value to sslrootcert'],
    ['postgres://h/d?application_name=', 'must give a value to application_name'],
    ['postgres://h/d?application_name=caf%C3%A9', 'ASCII characters only in application_name'],
    ['postgres://h%00/d', 'no %00 in its host'],
    ['postgres://u:se%00cret@h/d', 'no %00 in its password'],
    ['postgres://h/d?options=a%00b', 'no %00 in its query'],
    ['postgres://h/d?service=docket', 'parameter service, which is unknown'],
    ['postgres://u:50%@h/d', '%25 where its password holds a percent sign'],
    ['postgres://u:se#cret@h/d', '%23 in place of #'],
    ['postgres://u:se/cret@h/d', '%2F and %3F in place of'],
    ['postgres://u:12?cret=1@h/d', '%2F and %3F in place of'],
    ['postgres://u@h/d?se cret', 'the parameter that follows its ? or &, which is unknown'],
  ])('%s is refused', (url, message) => {
    expect(() => parseDatabaseUrl(url)).toThrow(message);
    expect(() => parseDatabaseUrl(url)).not.toThrow('cret');
  });
});
