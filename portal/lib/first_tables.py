"""Makes all tables of an app's first migration from one rendering of its models.

After each operation Django renders the model anew with every model that is related to it, in any number of steps. Where
all of them belong to a tenant that is all of them, each time: most of what setting up an empty database cost.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class FirstTables(Operation):
    """Operations of a first migration, each carried out with the models as they are after the last.

    So a model may refer to one that comes later, and must be whole: its indexes and constraints are among its options.

    operations   CreateModel and RunSQL; ValueError for others, whose work CreateModel would have done already
    """

    reduces_to_sql = True

    def __init__(self, operations: Sequence[CreateModel | RunSQL]) -> None:
        for operation in operations:
            if not isinstance(operation, CreateModel | RunSQL):
                raise ValueError(f"{operation.describe()}: put it into the model that it changes")
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # as long as nothing is rendered, nothing is rendered again
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"{len(self.operations)} steps: " + "; ".join(each.describe() for each in self.operations)
