import { Field, Int, ObjectType } from 'type-graphql';
import { PageInfo } from './connection.js';
import { ListSize, SIZE_OF_CONNECTION } from './list-size.js';
import { COUNT_PRICE } from './prices.js';

/**
 * The object types `<Name>Edge` and `<Name>Connection` for a type of node.
 * @param nodeType an object type's class, or a union
 * @param options `what`: how descriptions call a node, by default "A <Name>"
 */
export function connectionTypes(name: string, nodeType: () => object, { what = `A ${name}` } = {}) {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `${what} and its place in the list.` })
  class NodeEdge {
    @Field(() => String, { description: 'Its place: what `after` and `before` take.' })
    cursor!: string;

    @Field(nodeType, { description: 'The node of the edge.' })
    node!: unknown;
  }

  @ObjectType(`${name}Connection`, {
    simpleResolvers: true,
    description: `A page of a list. What the viewer may not see is absent, and is not counted.`,
  })
  class NodeConnection {
    @ListSize(SIZE_OF_CONNECTION)
    @Field(() => [NodeEdge], { description: 'The page, with a cursor for each.' })
    edges!: readonly unknown[];

    @ListSize(SIZE_OF_CONNECTION)
    @Field(() => [nodeType()], { description: 'The same as edges, without their cursors.' })
    nodes!: readonly unknown[];

    @Field(() => PageInfo, { description: 'Where the page lies, and whether there is more.' })
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, {
      complexity: COUNT_PRICE,
      description: 'All that match, on every page. Counted only when asked for.',
    })
    async totalCount(): Promise<number> {
      return this.count();
    }
  }

  return { Edge: NodeEdge, Connection: NodeConnection };
}
