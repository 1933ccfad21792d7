//! The calendar of the RTC: seconds since the start of 2000, as registers show them in BCD, and when an alarm is due.

/// The calendar at some second. Years go from 0 to 99, every fourth is a leap year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Seconds since the start of year 0.
    seconds: u64,
    /// What has to be added to the days since then for the day of the week, 0 being Monday.
    weekday: u32,
}

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
/// Days of a hundred years.
const CENTURY: u64 = 36_525;

const CR_PM: u32 = 1 << 22;
/// Fields that an alarm does not compare: `MSK4` (date), `MSK3` (hours), `MSK2` (minutes), `MSK1` (seconds).
const MASK_DATE: u32 = 1 << 31;
const MASK_HOURS: u32 = 1 << 23;
const MASK_MINUTES: u32 = 1 << 15;
const MASK_SECONDS: u32 = 1 << 7;
/// The date of an alarm is a day of the week.
const WEEKDAY: u32 = 1 << 30;

const fn bcd(value: u32) -> u32 {
    ((value / 10) << 4) | (value % 10)
}

/// Of digits that are none the value is that of the binary sum.
const fn binary(bcd: u32) -> u32 {
    (bcd >> 4) * 10 + (bcd & 0xF)
}

const fn days_of_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day since the start of year 0.
fn date(mut days: u32) -> (u32, u32, u32) {
    let mut year = 4 * (days / 1_461);
    days %= 1_461;
    loop {
        let length = if year.is_multiple_of(4) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut month = 1;
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

impl Calendar {
    /// What `TR` and `DR` say; fields beyond their range are taken as the nearest inside. `twelve` is `CR.FMT`.
    pub fn decode(tr: u32, dr: u32, twelve: bool) -> Self {
        let year = binary(dr >> 16 & 0xFF).min(99);
        let month = binary(dr >> 8 & 0x1F).clamp(1, 12);
        let day = binary(dr & 0x3F).clamp(1, days_of_month(year, month));
        let mut days = year * 365 + year.div_ceil(4);
        days += (1..month)
            .map(|month| days_of_month(year, month))
            .sum::<u32>()
            + day
            - 1;
        let hour = match binary(tr >> 16 & 0x3F) {
            hour if !twelve => hour.min(23),
            hour => hour % 12 + if tr & CR_PM == 0 { 0 } else { 12 },
        };
        let minute = binary(tr >> 8 & 0x7F).min(59);
        let second = binary(tr & 0x7F).min(59);
        let time = hour * 3_600 + minute * 60 + second;
        let weekday = (dr >> 13 & 0b111).max(1) - 1;
        Self {
            seconds: u64::from(days) * DAY + u64::from(time),
            weekday: (weekday + 7 - days % 7) % 7,
        }
    }

    /// The calendar some seconds later, or with a negative number before.
    #[must_use]
    pub const fn after(self, seconds: i64) -> Self {
        let days = CENTURY * DAY;
        let seconds = (self.seconds as i64 + seconds).rem_euclid(days as i64) as u64;
        Self { seconds, ..self }
    }

    fn hour_fields(self, twelve: bool) -> u32 {
        let hour = (self.seconds / HOUR % 24) as u32;
        if twelve {
            let noon = if hour >= 12 { CR_PM } else { 0 };
            noon | bcd((hour + 11) % 12 + 1) << 16
        } else {
            bcd(hour) << 16
        }
    }

    /// `TR`.
    pub fn time_register(self, twelve: bool) -> u32 {
        let minute = (self.seconds / 60 % 60) as u32;
        let second = (self.seconds % 60) as u32;
        self.hour_fields(twelve) | bcd(minute) << 8 | bcd(second)
    }

    /// `DR`.
    pub fn date_register(self) -> u32 {
        let days = (self.seconds / DAY) as u32;
        let (year, month, day) = date(days);
        let weekday = (days + self.weekday) % 7 + 1;
        bcd(year) << 16 | weekday << 13 | bcd(month) << 8 | bcd(day)
    }

    /// Whether the fields that `ALRMxR` does not mask are those of now; else the seconds that surely do not match either.
    fn compare(self, alarm: u32, twelve: bool) -> Result<(), u64> {
        let (tr, dr) = (self.time_register(twelve), self.date_register());
        let date = if alarm & WEEKDAY == 0 {
            alarm >> 24 & 0x3F == dr & 0x3F
        } else {
            alarm >> 24 & 0xF == dr >> 13 & 0b111
        };
        if alarm & MASK_DATE == 0 && !date {
            return Err(DAY - self.seconds % DAY);
        }
        if alarm & MASK_HOURS == 0 && (alarm ^ tr) & 0x7F_0000 != 0 {
            return Err(HOUR - self.seconds % HOUR);
        }
        if alarm & MASK_MINUTES == 0 && (alarm ^ tr) & 0x7F00 != 0 {
            return Err(60 - self.seconds % 60);
        }
        if alarm & MASK_SECONDS == 0 && (alarm ^ tr) & 0x7F != 0 {
            return Err(1);
        }
        Ok(())
    }

    /// Seconds from now, this one included, to the next that the alarm matches; `None` if no second ever does.
    pub fn to_alarm(self, alarm: u32, twelve: bool) -> Option<u64> {
        let mut seconds = 0;
        // A day of each month comes within two months, the 29th of a month and any weekday sooner.
        while seconds < 70 * DAY {
            match self.after(seconds as i64).compare(alarm, twelve) {
                Ok(()) => return Some(seconds),
                Err(skip) => seconds += skip,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_century_is_shown_and_read() {
        let start = Calendar::decode(0, 0x0000_C101, false);
        // The first of January of 2000 was a Saturday.
        let (mut year, mut month, mut day) = (0, 1, 1);
        for days in 0..36_525_u32 {
            let now = start.after(i64::from(days) * 86_400 + 3_661);
            let dr = now.date_register();
            let weekday = (5 + days) % 7 + 1;
            assert_eq!(
                dr,
                bcd(year) << 16 | weekday << 13 | bcd(month) << 8 | bcd(day)
            );
            assert_eq!(now.time_register(false), 0x01_0101);
            assert_eq!(Calendar::decode(0x01_0101, dr, false), now);
            day += 1;
            if day > days_of_month(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!(start.after(36_525 * 86_400).date_register() >> 16, 0);
    }

    #[test]
    fn hours_of_half_a_day_have_their_halves() {
        let midnight = Calendar::decode(0, 0x2101, false);
        for hour in 0..24 {
            let now = midnight.after(hour * 3_600);
            let shown = now.time_register(true);
            assert_eq!(Calendar::decode(shown, 0x2101, true), now);
        }
        assert_eq!(midnight.time_register(true), 0x12_0000);
        assert_eq!(
            midnight.after(13 * 3_600).time_register(true),
            CR_PM | 0x01_0000
        );
    }

    #[test]
    fn an_alarm_is_found_without_counting() {
        // The 30th of January, 23:59:58.
        let now = Calendar::decode(0x23_5958, 0x2130, false);
        let alarm = |alarm| now.to_alarm(alarm, false);
        let all = MASK_DATE | MASK_HOURS | MASK_MINUTES | MASK_SECONDS;
        assert_eq!(alarm(all), Some(0));
        assert_eq!(alarm(all & !MASK_SECONDS | 0x05), Some(7));
        assert_eq!(alarm(MASK_DATE | 0x23_5957), Some(86_399));
        // The next 30th is in March: the year is a leap year.
        assert_eq!(alarm(0x3000_0000), Some(2 + 59 * 86_400));
        assert_eq!(alarm(0x3200_0000), None);
        assert_eq!(alarm(MASK_DATE | 0x25_0000), None);
    }
}
