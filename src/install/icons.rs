//! From drawings to the pictures that clients want.
//!
//! Drawings are SVG text; clients read PNG files of five sizes. Each size is drawn anew instead of being scaled from
//! another, so that lines of two units stay lines at 16 pixels. Nothing random and no clock takes part: the same drawing
//! makes the same bytes.

use std::collections::BTreeMap;

use maltego::{
    archive::{Icon, IconSize},
    config_data::IconSource,
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};
use thiserror::Error;

/// A drawing that makes no picture.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("The drawing icons/{name}.svg makes no picture: {problem}")]
pub struct IconError {
    /// The drawing's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Draws an icon in all sizes.
///
/// # Errors
/// When the text is no SVG document, or none with a size.
pub fn rasterise(source: &IconSource, category: &str) -> Result<Icon, IconError> {
    let wrong = |problem: String| IconError { name: source.name.clone(), problem };
    let tree = Tree::from_str(&source.svg, &Options::default()).map_err(|error| wrong(error.to_string()))?;
    let mut images = BTreeMap::new();
    for size in IconSize::ALL {
        images.insert(size, draw(&tree, size.pixels()).map_err(wrong)?);
    }
    Ok(Icon { name: source.name.clone(), category: category.to_owned(), images })
}

/// One size as a PNG file. What is not square is fitted in and centred.
fn draw(tree: &Tree, pixels: u32) -> Result<Vec<u8>, String> {
    let mut picture = Pixmap::new(pixels, pixels).ok_or_else(|| format!("{pixels} pixels are too many"))?;
    // The largest side is one of five small numbers, which a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "at most 96")]
    let side = pixels as f32;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = side / width.max(height);
    let (left, top) = ((side - width * scale) / 2.0, (side - height * scale) / 2.0);
    let placed = Transform::from_scale(scale, scale).post_translate(left, top);
    resvg::render(tree, placed, &mut picture.as_mut());
    picture.encode_png().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(svg: &str) -> IconSource {
        IconSource { name: "Test".to_owned(), svg: svg.to_owned() }
    }

    #[test]
    fn every_shipped_drawing_makes_five_pictures_that_show_something() {
        for source in &super::super::data::shipped().unwrap().icons {
            let icon = rasterise(source, "Namehound").unwrap();
            assert_eq!(icon.images.keys().copied().collect::<Vec<_>>(), IconSize::ALL, "{}", source.name);
            for (size, image) in &icon.images {
                let picture = Pixmap::decode_png(image).unwrap();
                assert_eq!((picture.width(), picture.height()), (size.pixels(), size.pixels()), "{}", source.name);
                let colours: std::collections::BTreeSet<_> =
                    picture.pixels().iter().map(|p| (p.red(), p.green(), p.blue(), p.alpha())).collect();
                assert!(colours.len() > 2, "{} at {} pixels is a plain field", source.name, size.pixels());
            }
            assert_eq!(rasterise(source, "Namehound").unwrap(), icon, "{}", source.name);
        }
    }

    #[test]
    fn a_wide_drawing_is_centred() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 16"><rect width="32" height="16" fill="#ff0000"/></svg>"##;
        let icon = rasterise(&source(svg), "").unwrap();
        let picture = Pixmap::decode_png(&icon.images[&IconSize::Pixels32]).unwrap();
        let red = |x, y| picture.pixel(x, y).unwrap().red();
        assert_eq!((red(16, 4), red(16, 16), red(16, 28)), (0, 255, 0));
    }

    #[test]
    fn what_is_no_drawing_is_named() {
        for svg in ["", "<svg", "<p/>", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\"/>"] {
            let told = rasterise(&source(svg), "").unwrap_err().to_string();
            assert!(told.starts_with("The drawing icons/Test.svg makes no picture: "), "{svg}: {told}");
        }
    }
}
