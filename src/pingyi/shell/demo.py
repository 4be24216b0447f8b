"""`pingyi demo`: an invented city in an empty database."""

from __future__ import annotations

import click

from pingyi.shell import framework


@click.command()
@click.option("--scale", type=click.Choice(["small", "city"]), default="small", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same city.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds something.")
def demo(scale: str, seed: int, if_empty: bool) -> None:
    """Fill an empty database with a plausible city; prints its logins and one rating link.

    small: about 120 units and 60,000 ratings. city: 7,000 units and 4.02 million ratings.
    """
    framework.start()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from pingyi.demo import logins, trail
    from pingyi.demo.build import NotEmpty, build

    kept = settings.PINGYI.data / "demo-logins.txt"
    if trail.holds_anything():
        if not if_empty:
            raise click.ClickException(
                "the database is not empty; the demo city needs an empty one (see DATABASE_URL, "
                "PINGYI_DATA)"
            )
        if trail.is_demo_city() and kept.exists():
            click.echo(kept.read_text())
        return
    call_command("migrate", verbosity=0, interactive=False)
    try:
        with _Bars() as report:
            city = build(scale=scale, seed=seed, at=timezone.now(), report=report)
    except NotEmpty:
        raise click.ClickException("somebody else has just begun to fill the database") from None
    url = settings.PINGYI.public_url
    text = logins.sheet(
        city=city.name,
        counts=[
            (city.units, "单位 units"),
            (city.points, "服务点 points"),
            (city.ratings, "评价 ratings"),
            (city.cases, "案件 cases"),
        ],
        logins=city.logins,
        rating_url=f"{url}/r/{city.point_code}",
        url=url,
    )
    logins.keep(kept, text)
    click.echo(text)


class _Bars:
    """A progress bar for each stage; silent where nobody watches."""

    NAMES = {
        "directory": "单位与服务点 directory",
        "people": "用户 people",
        "ratings": "评价 ratings",
        "cases": "案件 cases",
    }

    def __enter__(self) -> _Bars:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

        console = Console(stderr=True)
        self._progress = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._progress.start()
        self._task = self._progress.add_task("", visible=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        self._finish()
        self._task = self._progress.add_task(self.NAMES[name], total=total)

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)

    def _finish(self) -> None:
        """A stage of unknown length is full at its end."""
        done = self._progress.tasks[self._task].completed or 1
        self._progress.update(self._task, total=done, completed=done)
