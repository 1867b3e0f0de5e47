"""Python's gql against the service, and graphql-core on every question of the checkout.

    python python_client.py URL

`CHECKOUT` is the folder of the checkout.
"""

import asyncio

from check import BASE, CHECKOUT, check, end, same
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError, build_schema, lexicographic_sort_schema, parse, print_schema, validate

PUBLISHED = build_schema((CHECKOUT / "schema.graphql").read_text("utf-8"))


def client():
    """Makes a client over HTTP that asks the service for its schema."""
    transport = RequestsHTTPTransport(f"{BASE}/graphql", timeout=20)
    return Client(transport=transport, fetch_schema_from_transport=True, introspection_args={"input_object_one_of": True})


UNIT = gql(
    """
    query Unit($at: Moment!, $id: ID!) {
      view(at: $at) { unit(id: $id) { ...Named reportingLine { ...Named } } }
    }
    fragment Named on UnitState { unitId name }
    """
)


@check("gql: the schema that introspection gives is the published one")
def _():
    with client() as session:
        told = print_schema(lexicographic_sort_schema(session.client.schema))
    expected = print_schema(lexicographic_sort_schema(PUBLISHED))
    differing = [pair for pair in zip(told.splitlines(), expected.splitlines()) if pair[0] != pair[1]]
    same(differing[:1], [], "the first difference")
    return f"{len(PUBLISHED.type_map)} types"


@check("gql: a good query is found valid here, and answered with its variables")
def _():
    with client() as session:
        UNIT.variable_values = {"at": {"date": "2018-01-01"}, "id": "office-of-professional-responsibility"}
        unit = session.execute(UNIT)["view"]["unit"]
    same(unit["unitId"], "office-of-professional-responsibility", "the unit")
    same(unit["reportingLine"][-1]["unitId"], "ice", "the top of its line")


@check("gql: a bad query is found out here, before it is sent")
def _():
    for text in (
        "{ nothingOfTheKind }",
        "{ unit { id } }",
        "query Q($at: Moment!) { view(at: $at) { revision } unit(id: $at) { id } }",
        "{ eras { id name { first } } }",
    ):
        with client() as session:
            try:
                session.execute(gql(text))
            except GraphQLError:
                continue
        raise AssertionError(f"it was sent: {text}")


@check("gql: the service refuses a bad query with a code")
def _():
    unchecked = Client(transport=RequestsHTTPTransport(f"{BASE}/graphql", timeout=20))
    for text, code in (("{ nothingOfTheKind }", "VALIDATION_FAILED"), ("{ unit(id: \"ice\", revision: 999999) { id } }", "UNKNOWN_REVISION")):
        try:
            unchecked.execute(gql(text))
        except TransportQueryError as error:
            same([each["extensions"]["code"] for each in error.errors], [code], "the codes")
        else:
            raise AssertionError(f"it was answered: {text}")


@check("gql: a query over the WebSocket")
def _():
    async def ask():
        address = f"{BASE.replace('http', 'ws', 1)}/graphql"
        transport = WebsocketsTransport(address, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL], connect_args={"open_timeout": 5})
        async with Client(transport=transport, fetch_schema_from_transport=True) as session:
            same(await session.execute(gql("{ unit(id: \"ice\") { id } }")), {"unit": {"id": "ice"}}, "the answer")

    asyncio.run(asyncio.wait_for(ask(), 20))


@check("graphql-core finds every question of the checkout valid")
def _():
    known_bad = CHECKOUT / "tests/graphql"
    files = sorted((CHECKOUT / "web/examples").glob("*.graphql")) + sorted(known_bad.rglob("*.graphql"))
    files += sorted((CHECKOUT / "src/server/permanent").glob("*.graphql"))
    wrong = []
    for file in files:
        errors = validate(PUBLISHED, parse(file.read_text("utf-8")))
        wrong += [f"{file.relative_to(CHECKOUT)}: {error.message}" for error in errors]
    same(wrong, [], "the errors")
    return f"{len(files)} files"


end()
