// The usual way: Apollo Server standalone, TypeGraphQL over MikroORM's entities, DataLoaders for the relations.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { type EntityManager, LockMode, MikroORM, type Opt, raw, type Ref } from '@mikro-orm/postgresql';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import DataLoader from 'dataloader';
import {
  Arg,
  Args,
  ArgsType,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { randomUUID } from 'node:crypto';
import { INSIGHTS_JSON, searchCondition } from './statements.js';

@ObjectType()
@Entity({ tableName: 'user' })
class User {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  username!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  firstName!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  lastName!: string | null;
}

@ObjectType()
@Entity({ tableName: 'product' })
class Product {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;
}

@ObjectType()
@Entity({ tableName: 'ticket' })
class Ticket {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = randomUUID();

  @Field(() => Int)
  @Property({ type: 'integer', autoincrement: true })
  number!: Opt<number>;

  @Field(() => String)
  @Property({ type: 'text' })
  title!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  description!: string;

  @Field(() => String)
  @Property({ columnType: 'ticket_type', type: 'string' })
  type: Opt<string> = 'BUG';

  @Field(() => String)
  @Property({ columnType: 'ticket_priority', type: 'string' })
  priority!: string;

  @Field(() => String)
  @Property({ columnType: 'ticket_status', type: 'string' })
  status: Opt<string> = 'OPEN';

  @ManyToOne({ entity: () => Product, ref: true, nullable: true })
  product: Ref<Product> | null = null;

  @ManyToOne({ entity: () => User, ref: true })
  createdBy!: Ref<User>;

  @ManyToOne({ entity: () => User, ref: true, nullable: true })
  assignedTo: Ref<User> | null = null;

  @Field(() => Date)
  @Property({ type: 'datetime', length: 3 })
  createdAt: Opt<Date> = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', length: 3, nullable: true, onUpdate: () => new Date() })
  updatedAt: Opt<Date> | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Opt<Date> | null = null;

  @Property({ type: 'integer', version: true })
  version!: Opt<number>;
}

@ObjectType()
@Entity({ tableName: 'comment' })
class Comment {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  content!: string;

  @ManyToOne({ entity: () => Ticket, ref: true })
  ticket!: Ref<Ticket>;

  @ManyToOne({ entity: () => User, ref: true })
  author!: Ref<User>;

  @Field(() => Date)
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt!: Date | null;
}

@ObjectType()
class StatusCount {
  @Field(() => String)
  status!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType()
class PriorityCount {
  @Field(() => String)
  priority!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType()
class TypeCount {
  @Field(() => String)
  type!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType()
class Workload {
  @Field(() => User)
  user!: User;

  @Field(() => Int)
  active!: number;

  @Field(() => Int)
  inProgress!: number;

  @Field(() => Int)
  emergency!: number;
}

@ObjectType()
class TicketInsights {
  @Field(() => Int)
  total!: number;

  @Field(() => Int)
  active!: number;

  @Field(() => Int)
  unassigned!: number;

  @Field(() => Int)
  stale!: number;

  @Field(() => [StatusCount])
  byStatus!: StatusCount[];

  @Field(() => [PriorityCount])
  byPriority!: PriorityCount[];

  @Field(() => [TypeCount])
  byType!: TypeCount[];

  @Field(() => [Workload])
  workload!: Workload[];
}

function createLoaders(em: EntityManager) {
  return {
    user: new DataLoader<string, User | null>(async (ids) => {
      const found = new Map((await em.find(User, { id: { $in: [...ids] } })).map((user) => [user.id, user]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    product: new DataLoader<string, Product | null>(async (ids) => {
      const found = new Map(
        (await em.find(Product, { id: { $in: [...ids] } })).map((product) => [product.id, product]),
      );
      return ids.map((id) => found.get(id) ?? null);
    }),
    comments: new DataLoader<string, Comment[]>(async (ids) => {
      const comments = await em.find(
        Comment,
        { ticket: { $in: [...ids] }, deletedAt: null },
        { orderBy: { createdAt: 'asc', id: 'asc' } },
      );
      const found = Map.groupBy(comments, (comment) => comment.ticket.id);
      return ids.map((id) => found.get(id) ?? []);
    }),
  };
}

interface Context {
  readonly em: EntityManager;
  readonly loaders: ReturnType<typeof createLoaders>;
}

@ArgsType()
class TicketsArgs {
  @Field(() => Int)
  first!: number;

  @Field(() => String, { nullable: true })
  search?: string;

  @Field(() => String, { nullable: true })
  status?: string;

  @Field(() => String, { nullable: true })
  priority?: string;

  @Field(() => ID, { nullable: true })
  productId?: string;
}

@ArgsType()
class CreateTicketArgs {
  @Field(() => String)
  title!: string;

  @Field(() => String)
  description!: string;

  @Field(() => String)
  priority!: string;

  @Field(() => ID)
  productId!: string;

  @Field(() => ID)
  createdById!: string;
}

@ArgsType()
class UpdateTicketArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String)
  priority!: string;
}

@Resolver(() => Ticket)
class TicketResolver {
  @Query(() => Ticket, { nullable: true })
  async ticket(@Ctx() { em }: Context, @Arg('id', () => ID) id: string) {
    return em.findOne(Ticket, { id, deletedAt: null });
  }

  @Query(() => [Ticket])
  async tickets(@Ctx() { em }: Context, @Args(() => TicketsArgs) args: TicketsArgs) {
    const { first, search, status, priority, productId } = args;
    return em.find(
      Ticket,
      {
        deletedAt: null,
        ...(search !== undefined && { [raw((alias) => searchCondition(alias, '?'), [search])]: [] }),
        ...(status !== undefined && { status }),
        ...(priority !== undefined && { priority }),
        ...(productId !== undefined && { product: productId }),
      },
      { orderBy: { createdAt: 'desc', number: 'desc' }, limit: first },
    );
  }

  // The ORM has no words for it: SQL by hand, as people do.
  @Query(() => TicketInsights)
  async ticketInsights(@Ctx() { em }: Context): Promise<TicketInsights> {
    const [tally] = await em.getConnection().execute<{ insights: TicketInsights }[]>(INSIGHTS_JSON);
    if (tally === undefined) throw new Error('There are always insights');
    return tally.insights;
  }

  @Mutation(() => Ticket)
  async createTicket(@Ctx() { em }: Context, @Args(() => CreateTicketArgs) args: CreateTicketArgs) {
    const { productId, createdById, ...fields } = args;
    const ticket = em.create(Ticket, { ...fields, product: productId, createdBy: createdById });
    await em.flush();
    return ticket;
  }

  @Mutation(() => Ticket)
  async updateTicket(@Ctx() { em }: Context, @Args(() => UpdateTicketArgs) { id, ...fields }: UpdateTicketArgs) {
    return em.transactional(async (transaction) => {
      const ticket = await transaction.findOneOrFail(Ticket, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      transaction.assign(ticket, fields);
      return ticket;
    });
  }

  @FieldResolver(() => User)
  async createdBy(@Root() ticket: Ticket, @Ctx() { loaders }: Context) {
    return loaders.user.load(ticket.createdBy.id);
  }

  @FieldResolver(() => User, { nullable: true })
  async assignedTo(@Root() ticket: Ticket, @Ctx() { loaders }: Context) {
    return ticket.assignedTo && loaders.user.load(ticket.assignedTo.id);
  }

  @FieldResolver(() => Product, { nullable: true })
  async product(@Root() ticket: Ticket, @Ctx() { loaders }: Context) {
    return ticket.product && loaders.product.load(ticket.product.id);
  }

  @FieldResolver(() => [Comment])
  async comments(@Root() ticket: Ticket, @Ctx() { loaders }: Context, @Arg('first', () => Int) first: number) {
    return (await loaders.comments.load(ticket.id)).slice(0, first);
  }
}

@Resolver(() => Comment)
class CommentResolver {
  @FieldResolver(() => User)
  async author(@Root() comment: Comment, @Ctx() { loaders }: Context) {
    return loaders.user.load(comment.author.id);
  }
}

const orm = await MikroORM.init({
  clientUrl: process.env['DATABASE_URL'],
  entities: [User, Product, Ticket, Comment],
  metadataCache: { enabled: false },
  forceUtcTimezone: true,
  pool: { max: 16 },
});
const apollo = new ApolloServer<Context>({
  schema: await buildSchema({ resolvers: [TicketResolver, CommentResolver], validate: false }),
});
await startStandaloneServer(apollo, {
  listen: { port: Number(process.env['PORT']), host: '127.0.0.1' },
  context: async () => {
    const em = orm.em.fork();
    return { em, loaders: createLoaders(em) };
  },
});
