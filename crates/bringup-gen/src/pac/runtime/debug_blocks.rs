
/// All elements of an array.
struct All<F>(F);

impl<I: Iterator<Item: fmt::Debug>, F: Fn() -> I> fmt::Debug for All<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((self.0)()).finish()
    }
}

macro_rules! block {
    ($block:ty, $name:literal, $this:ident, [$(($field:literal, $value:expr)),*]) => {
        impl fmt::Debug for $block {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $this = self;
                // Of a block in which nothing can be read, only the name is left.
                let _ = $this;
                f.debug_struct($name)$(.field($field, &$value))*.finish()
            }
        }
    };
}
