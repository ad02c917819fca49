import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { PageInfo } from './connection.js';
import { ListSize } from './list-size.js';

/** The object types `<Name>Edge` and `<Name>Connection` for a type of node. */
export function connectionTypes<Node extends object>(name: string, nodeType: () => ClassType<Node>) {
  @ObjectType(`${name}Edge`, { description: `A ${name} and its place in the list.` })
  class NodeEdge {
    @Field(() => String, { description: 'Its place: what `after` and `before` take.' })
    cursor!: string;

    @Field(nodeType, { description: 'What stands there.' })
    node!: unknown;
  }

  @ObjectType(`${name}Connection`, {
    description: `A page of a list. What the viewer may not see is absent, and is not counted.`,
  })
  class NodeConnection {
    // The page's size counts where it is given, at the connection.
    @ListSize(1)
    @Field(() => [NodeEdge], { description: 'The page, with a cursor for each.' })
    edges!: readonly unknown[];

    @ListSize(1)
    @Field(() => [nodeType()], { description: 'The same as edges, without their cursors.' })
    nodes!: readonly unknown[];

    @Field(() => PageInfo, { description: 'Where the page lies, and whether there is more.' })
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, { description: 'All that match, on every page. Counted only when asked for.' })
    async totalCount(): Promise<number> {
      return this.count();
    }
  }

  return { Edge: NodeEdge, Connection: NodeConnection };
}
