"""All tables of a first migration from one rendering: the same tables, in both directions."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from portal.lib.first_tables import FirstTables

LEAF = migrations.CreateModel(
    "Leaf",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("tree", models.ForeignKey("grove.tree", models.CASCADE)),
    ],
    options={"constraints": [models.UniqueConstraint(fields=["tree", "id"], name="leaf_once")]},
)
TREE = migrations.CreateModel("Tree", [("id", models.BigAutoField(primary_key=True))])
NOTE = migrations.RunSQL("CREATE TABLE grove_note ()", "DROP TABLE grove_note")


@pytest.mark.django_db
def test_a_model_may_refer_to_a_later_one_and_all_of_it_can_be_taken_back():
    migration = type("Migration", (migrations.Migration,), {"operations": [FirstTables([LEAF, TREE, NOTE])]})(
        "0001_initial", "grove"
    )
    before = tables()
    with connection.schema_editor(atomic=False) as editor:
        after = migration.apply(ProjectState(), editor)
    assert tables() - before == {"grove_leaf", "grove_tree", "grove_note"}
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, "grove_leaf")
    assert "leaf_once" in names
    assert ("grove_tree", "id") in [each["foreign_key"] for each in names.values()]
    assert set(after.models) == {("grove", "leaf"), ("grove", "tree")}
    with connection.schema_editor(atomic=False) as editor:
        migration.unapply(ProjectState(), editor)
    assert tables() == before


def test_what_changes_a_model_afterwards_is_refused():
    later = migrations.AddField("leaf", "name", models.TextField())
    with pytest.raises(ValueError, match="Add field name to leaf: put it into the model"):
        FirstTables([LEAF, later])


def tables() -> set[str]:
    return set(connection.introspection.table_names())
