from tests.parts import Postgres as Postgres
