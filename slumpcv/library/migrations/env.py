"""What alembic runs: within the transaction of whoever opens the library."""

from alembic import context

from slumpcv.library.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
