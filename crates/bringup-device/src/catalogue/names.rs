//! Names of chips as vendors shorten them.

/// Whether `name` is one of those that `pattern` stands for: it begins like the pattern in any case, and a small `x` in the
/// pattern stands for any letter or digit. Vendors name files, families and packages so.
///
/// ```
/// use bringup_device::catalogue::stands_for;
///
/// assert!(stands_for("STM32F0x2", "STM32F042K6"));
/// assert!(stands_for("STM32F407VGTx", "stm32f407vgt6"));
/// assert!(!stands_for("STM32F0x2", "STM32F031K6"));
/// ```
pub fn stands_for(pattern: &str, name: &str) -> bool {
    let mut rest = name.chars();
    !pattern.is_empty()
        && pattern.chars().all(|wanted| {
            rest.next().is_some_and(|found| {
                (wanted == 'x' && found.is_ascii_alphanumeric())
                    || wanted.eq_ignore_ascii_case(&found)
            })
        })
}
