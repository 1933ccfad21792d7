//! Which memories there are: from this gdb knows where it needs hardware breakpoints.

use gdbstub::target::TargetResult;
use gdbstub::target::ext::memory_map::MemoryMap;

use crate::target::Target;

impl MemoryMap for Target {
    fn memory_map_xml(
        &self,
        offset: u64,
        length: usize,
        buffer: &mut [u8],
    ) -> TargetResult<usize, Self> {
        let xml = self.memory_map();
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| xml.as_bytes().get(offset..))
            .unwrap_or_default();
        let part = rest.get(..length.min(buffer.len())).unwrap_or(rest);
        let Some(target) = buffer.get_mut(..part.len()) else {
            return Ok(0);
        };
        target.copy_from_slice(part);
        Ok(part.len())
    }
}
