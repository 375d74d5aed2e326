"""The time of rounds from the command line, for the evening on which the pages are too slow."""

from datetime import datetime

import click

from quizapp.attempts import more_time
from quizapp.cli.opening import open_house
from quizapp.contests import queries as contests
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.clock import HOME, written

REF = click.argument("ref")
REASON = click.option("--reason", required=True, help="Lý do, được giữ trong nhật ký (why; kept in the audit log).")


@click.group()
def round() -> None:
    """Gia hạn, tạm dừng, cho thi tiếp (extend, pause and resume rounds)."""


@round.command("list")
def list_() -> None:
    """In các vòng thi: mã, tên, giờ đóng (print the rounds, their names in addresses first)."""
    with open_house().store.reading() as view:
        for one in contests.list_rounds(view.session):
            paused = f", tạm dừng từ {written(one.paused_at)}" if one.paused_at else ""
            click.echo(
                f"{one.ref}  {one.contest_title['vi']} – {one.title['vi']}, đóng {written(one.closes_at)}{paused}"
            )


@round.command()
@REF
@click.option("--minutes", required=True, type=int, help="Thêm bao nhiêu phút (how many minutes more).")
@click.option("--unit", help="Chỉ cho đơn vị mang mã này (only for the unit with this code).")
@click.option("--person", help="Chỉ cho thí sinh mang mã dự thi này (only for the person with this slip's code).")
@REASON
def extend(ref: str, minutes: int, unit: str | None, person: str | None, reason: str) -> None:
    """Gia hạn vòng thi REF cho mọi thí sinh, một đơn vị hoặc một thí sinh (give more time in the round REF)."""
    with open_house().store.unit_of_work(SYSTEM) as work:
        moved = more_time.extend(work, ref, minutes, reason, unit, person)
    click.echo(f"Đã gia hạn {minutes} phút; {moved} bài đang làm có hạn mới.")


@round.command()
@REF
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]),
    help="Lúc sự cố bắt đầu, giờ Việt Nam (when the outage began, Vietnam's clock); không có: ngay bây giờ.",
)
@REASON
def pause(ref: str, since: datetime | None, reason: str) -> None:
    """Tạm dừng vòng thi REF: không bài nào tự nộp, bài vẫn được lưu (let the round REF stand still)."""
    with open_house().store.unit_of_work(SYSTEM) as work:
        closed = more_time.pause(work, ref, reason, since.replace(tzinfo=HOME) if since else None)
    click.echo(f"Vòng thi đang tạm dừng. Số bài đã tự nộp từ lúc có sự cố và giữ nguyên như vậy: {closed}.")


@round.command()
@REF
def resume(ref: str) -> None:
    """Cho vòng thi REF tiếp tục; các hạn nộp lùi lại bằng thời gian tạm dừng (let the round REF go on)."""
    with open_house().store.unit_of_work(SYSTEM) as work:
        length = more_time.resume(work, ref)
    click.echo(f"Vòng thi đã tiếp tục; các hạn nộp lùi lại {length.total_seconds():.0f} giây.")
