from tests.publication.conftest import town

__all__ = ["town"]
