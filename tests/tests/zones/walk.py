#!/usr/bin/env python3
"""Another implementation of time on a local clock: a walk, minute by minute, over what Python's `zoneinfo` says.

Reads a request (JSON) from the standard input, writes its answer (JSON) to the standard output and long lists of
minutes into files. Only the standard library. It shares nothing with the engine but the text of the rules and the data
of the zones (TZif files, so that both know the same laws): reading these files, the calendar, the change of clocks and
the rules themselves are done here once more, from the rules' description:

- a local time that the clock leaves out happens at the first instant after the gap, one that it shows twice at the
  first of the two; an occurrence is an instant: several that come to the end of one gap are one;
- `every 15m` counts from each local midnight; month days that a month has not are left out;
- 29 February, where a year is meant, is the 28th in years without one;
- a window is half-open on the local clock, belongs to the day on which it starts, and is not on excepted days.

The walk goes through every minute of UTC. What is asked of zoneinfo: the offset at every hour, and at every minute of
each hour at whose ends it differs, of every zone (zones that agree in all of that are one behaviour); then, for each
behaviour, once more at every hour, and at every single minute from a day before each of its changes until a day after
it. Between two equal answers for the ends of an hour far from any change, the clock just goes on.
"""

import json
import os
import re
import sys
from array import array
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HOUR = 60
DAY = 24 * HOUR
EPOCH = date(1970, 1, 1).toordinal()
# the walk begins so much earlier and ends so much later than what is asked for: it has to know what the clock has
# shown before, and local dates are up to two days off those of UTC
MARGIN = 4 * DAY


def minute_of(day, minute):
    """A local minute, counted from 1970-01-01 00:00 on that clock."""
    return (day.toordinal() - EPOCH) * DAY + minute


def offset_at(zone, minute):
    """How many minutes the clock is ahead of UTC at this minute of UTC."""
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset()
    minutes, rest = divmod(offset, timedelta(minutes=1))
    if rest:
        raise SystemExit(f"{zone.key} is not whole minutes off UTC: {offset}")
    return minutes


def changes(zone, start, end):
    """The offset at the start, and the minutes at which it changes, with the new one."""
    found = [(start, offset_at(zone, start))]
    for hour in range(start, end, HOUR):
        if offset_at(zone, hour + HOUR) == found[-1][1]:
            continue
        for minute in range(hour + 1, hour + HOUR + 1):
            offset = offset_at(zone, minute)
            if offset != found[-1][1]:
                found.append((minute, offset))
    return tuple(found)


def clock(zone, start, end):
    """Every minute of UTC, and what the local clock shows in it."""
    near = {
        day
        for minute, _ in changes(zone, start, end)[1:]
        for day in (minute // DAY - 1, minute // DAY, minute // DAY + 1)
    }
    for hour in range(start, end, HOUR):
        if hour // DAY in near:
            for minute in range(hour, hour + HOUR):
                yield minute, minute + offset_at(zone, minute)
        else:
            offset = offset_at(zone, hour)
            for minute in range(hour, hour + HOUR):
                yield minute, minute + offset


class Walk:
    """A walk through the minutes between two; for every local minute, the minute of UTC at which it comes to pass."""

    def __init__(self, zone, start, end):
        self.start, self.end = start - MARGIN, end + MARGIN
        self.steps = 0
        self.first_local = None
        self.happens = array("q")
        latest = None
        happens = self.happens
        for minute, local in clock(zone, self.start, self.end):
            self.steps += 1
            if latest is None:
                self.first_local = latest = local
                happens.append(minute)
            # all that is new on the clock since the last look: one minute, or those of a gap; nothing, where it is
            # shown for the second time
            while latest < local:
                latest += 1
                happens.append(minute)

    def at(self, local):
        """The minute of UTC for a local minute; `None` outside the walk."""
        n = local - self.first_local
        return self.happens[n] if 0 <= n < len(self.happens) else None


# ---- recurrences ----

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def parsed_time(text):
    hour, minute = text.split(":")
    return int(hour) * HOUR + int(minute)


def duration(text):
    units = {"d": DAY, "h": HOUR, "m": 1}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([dhm])", text))


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def next_month(day):
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def recurs_on(text):
    """Of a recurrence: which days, and which minutes of these."""
    words = text.split()
    if words[0] != "every":
        raise SystemExit(f"no recurrence: {text}")
    if words[1] not in ("day", "week", "month", "year"):
        step = duration(words[1])
        return lambda day: True, [m for m in range(DAY) if m % step == 0]
    minutes = [m for m in range(DAY) if m == parsed_time(words[-1])]
    on = words[3:-2]
    if words[1] == "day":
        return lambda day: True, minutes
    if words[1] == "week":
        days = {WEEKDAYS.index(word.strip(",")) for word in on}
        return lambda day: day.weekday() in days, minutes
    if words[1] == "year":
        number, month = int(on[0]), MONTHS.index(on[1]) + 1

        def yearly(day):
            wanted = 28 if (number, month) == (29, 2) and not is_leap(day.year) else number
            return (day.month, day.day) == (month, wanted)

        return yearly, minutes
    if on == ["last", "day"]:
        return lambda day: (day + timedelta(days=1)).day == 1, minutes
    if on[0] == "day":
        return lambda day: day.day == int(on[1]), minutes
    weekday = WEEKDAYS.index(on[1])
    if on[0] == "last":
        last = lambda day: (day + timedelta(days=7)).month != day.month
        return lambda day: day.weekday() == weekday and last(day), minutes
    nth = ["first", "second", "third", "fourth", "fifth"].index(on[0])
    return lambda day: day.weekday() == weekday and (day.day - 1) // 7 == nth, minutes


def nominal(text, start, end):
    """The local minutes of a recurrence between two."""
    holds, minutes = recurs_on(text)
    found = array("q")
    for number in range((start - MARGIN) // DAY, (end + MARGIN) // DAY + 1):
        if holds(date.fromordinal(number + EPOCH)):
            found.extend([number * DAY + minute for minute in minutes])
    return found


def distinct(minutes, start, end):
    """Sorted, each once, and between the two: behind the first, up to the second."""
    return sorted({m for m in minutes if m is not None and start < m <= end})


def recurrences(request, groups, zones):
    start, end = request["from"], request["to"]
    locals_of = [nominal(text, start, end) for text in request["clocks"]]

    def one(n):
        walk = Walk(zones[groups[n][0]], start, end)
        with open(Path(request["out"]) / f"{n}.bin", "wb") as out:
            for of_clock in locals_of:
                found = array("i", distinct(map(walk.at, of_clock), start, end))
                array("i", [len(found)]).tofile(out)
                found.tofile(out)
        return walk.steps

    steps = shared(one, len(groups))
    return {"groups": groups, "steps": steps}


def shared(work, n):
    """Does it for all numbers below n, on all processors; the sum of what it gives."""
    processes = []
    count = max(1, min(os.cpu_count() or 1, n))
    for share in range(count):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.write(write, str(sum(map(work, range(share, n, count)))).encode())
                code = 0
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
            finally:
                os._exit(code)
        os.close(write)
        processes.append((pid, read))
    total = 0
    for pid, read in processes:
        said = os.read(read, 64)
        if os.waitpid(pid, 0)[1] != 0:
            raise SystemExit("a part of the walk failed")
        total += int(said)
    return total


def behaviours(zones, directory, start, end):
    """Zones that agree at every minute that is asked. Those of equal data agree."""
    by_data = {}
    for name in sorted(zones):
        by_data.setdefault((directory / name).read_bytes(), []).append(name)
    by_changes = {}
    for names in by_data.values():
        key = changes(zones[names[0]], start - MARGIN, end + MARGIN)
        by_changes.setdefault(key, []).extend(names)
    return list(by_changes.values())


# ---- offsets ----


def field_of(text):
    """A date field is a date, a datetime field a minute of UTC."""
    if "T" in text:
        return None, int(datetime.fromisoformat(text).timestamp()) // 60
    return date.fromisoformat(text), None


def anniversary(day, year):
    if (day.month, day.day) == (2, 29) and not is_leap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def due(text, value, zone, walk):
    """The minutes at which an offset is due for a value of its field."""
    match = re.fullmatch(
        r"(?:day of|(\S+) (before|after)) \S+?( yearly)?(?: at (\d\d:\d\d))?", text
    )
    if not match:
        raise SystemExit(f"no offset: {text}")
    length, way, yearly, at = match.groups()
    far = duration(length) if length else 0
    far = -far if way == "before" else far
    at = parsed_time(at) if at else None
    day, minute = field_of(value)
    if minute is not None and not yearly:
        there = minute + far
        if at is None:
            return [there]
        # on the local day that results
        local = there + offset_at(zone, there)
        return [walk.at(local - local % DAY + at)]
    if minute is not None:
        raise SystemExit(f"not asked for: {text} of {value}")
    if not yearly:
        return [walk.at(minute_of(day + timedelta(days=far // DAY), at))]
    # the first one in the year after
    first = max(day.year + 1, date.fromordinal(walk.start // DAY + EPOCH).year - 1)
    last = date.fromordinal(walk.end // DAY + EPOCH).year + 1
    days = [anniversary(day, year) for year in range(first, last + 1)]
    return [walk.at(minute_of(day + timedelta(days=far // DAY), at)) for day in days]


def offsets(request, zones):
    start, end = request["from"], request["to"]
    answer = []
    walks = {}
    for zone, text, value in request["offsets"]:
        if zone not in walks:
            walks[zone] = Walk(zones[zone], start, end)
        answer.append(distinct(due(text, value, zones[zone], walks[zone]), start, end))
    return {"due": answer}


# ---- schedules ----


class Schedule:
    """`DAYS START..END, START..END` and `except DATE, DATE..DATE`, a line each."""

    def __init__(self, lines):
        self.week = [[] for _ in range(7)]
        self.excepted = set()
        for line in lines:
            words = line.replace(",", " ").split()
            if words[0] == "except":
                for word in words[1:]:
                    first, _, last = word.partition("..")
                    day, last = date.fromisoformat(first), date.fromisoformat(last or first)
                    while day <= last:
                        self.excepted.add(day)
                        day += timedelta(days=1)
                continue
            days = [word for word in words if not word[0].isdigit()]
            for word in words[len(days) :]:
                opens, _, closes = word.partition("..")
                opens, closes = parsed_time(opens), parsed_time(closes)
                for day in days:
                    first, _, last = day.partition("..")
                    of_day = WEEKDAYS.index(first)
                    self.week[of_day].append((opens, closes))
                    while last and WEEKDAYS[of_day] != last:
                        of_day = (of_day + 1) % 7
                        self.week[of_day].append((opens, closes))

    def windows(self, start, end):
        """For every local minute, which windows it lies in: the number of a set of them."""
        first = (start - MARGIN) // DAY - 2
        last = (end + MARGIN) // DAY + 2
        within = [() for _ in range((last - first + 2) * DAY)]
        number = 0
        for n in range(first, last):
            day = date.fromordinal(n + EPOCH)
            if day in self.excepted:
                continue
            for opens, closes in self.week[day.weekday()]:
                number += 1
                length = closes - opens if closes > opens else closes + DAY - opens
                begin = (n - first) * DAY + opens
                for minute in range(begin, begin + length):
                    within[minute] += (number,)
        return first * DAY, within


def schedules(request, zones):
    """Of each: the minutes at which it turns from closed to open or back, the first one to open; those at which a
    window starts."""
    start, end = request["from"], request["to"]
    walked = {}
    answer = []
    for zone, lines in request["schedules"]:
        if zone not in walked:
            walked[zone] = array("q", [local for _, local in clock(zones[zone], start - MARGIN, end + MARGIN)])
        base, within = Schedule(lines).windows(start, end)
        turns, starts = [], []
        before = ()
        for minute, local in enumerate(walked[zone], start - MARGIN):
            now = within[local - base]
            if now == before:
                continue
            if bool(now) != bool(before):
                turns.append(minute)
            if any(window not in before for window in now):
                starts.append(minute)
            before = now
        answer.append({"turns": turns, "starts": starts})
    return {"schedules": answer}


def main():
    request = json.load(sys.stdin)
    directory = Path(request["data"])
    zones = {}
    for name in request["zones"]:
        with open(directory / name, "rb") as data:
            zones[name] = ZoneInfo.from_file(data, key=name)
    answer = {"python": sys.version.split()[0]}
    if "clocks" in request:
        groups = behaviours(zones, directory, request["from"], request["to"])
        answer |= recurrences(request, groups, zones)
    if "offsets" in request:
        answer |= offsets(request, zones)
    if "schedules" in request:
        answer |= schedules(request, zones)
    json.dump(answer, sys.stdout)


main()
