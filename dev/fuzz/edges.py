"""Moments at the edges of days, months and clocks, where what is near a moment is not near enough."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# West and east of UTC, by half hours, with clocks that change by one, and by half of one.
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe")
FAR = ZONES + ("Pacific/Kiritimati", "Asia/Kathmandu", "Etc/GMT+12", "America/St_Johns", "Europe/London")
_BESIDE = (timedelta(0), -timedelta(seconds=1), -timedelta(microseconds=1), timedelta(minutes=30),
           -timedelta(minutes=30), timedelta(hours=1), -timedelta(hours=1))


def midnight(day, zone):
    """When the day begins there, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


def _changes(zone, year):
    """The hours of a year before which its clock was another."""
    known, found = ZoneInfo(zone), []

    def offset(at):
        return at.astimezone(known).utcoffset()

    first = datetime(year, 1, 1, tzinfo=timezone.utc)
    for day in (first + timedelta(number) for number in range(366)):
        if offset(day) != offset(day + timedelta(days=1)):
            found += [day + timedelta(hours=hour + 1) for hour in range(24)
                      if offset(day + timedelta(hours=hour)) != offset(day + timedelta(hours=hour + 1))]
    return found


class Edges:
    def __init__(self, rng, years=range(2020, 2027), zones=ZONES):
        self.rng, self.years, self.zones = rng, tuple(years), zones
        self.changes = [at for zone in zones for year in self.years for at in _changes(zone, year)]

    def draw(self):
        """One of them, as ISO text in UTC."""
        rng = self.rng
        if rng.random() < 0.3 and self.changes:
            at = rng.choice(self.changes)
        else:
            day = datetime(rng.choice(self.years), rng.choice((1, 1, 3, 4, 7, 10, 12)), rng.choice((1, 1, 1, 28, 15)))
            if rng.random() < 0.3:
                day -= timedelta(days=day.weekday())
            at = midnight(day, rng.choice(self.zones))
        return (at + rng.choice(_BESIDE)).isoformat().replace("+00:00", "Z")

    def spread(self, tenant, gsids):
        """Bring some moments of these plans to an edge, mostly both of a plan."""
        for gsid in gsids:
            at = self.draw()
            fields = ["%s=%s" % (field, at if self.rng.random() < 0.7 else self.draw())
                      for field in ("CreatedDate", "LastTouch__gc") if self.rng.random() < 0.8]
            if fields:
                tenant("touch", gsid, *fields)
