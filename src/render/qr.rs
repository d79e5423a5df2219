//! QR codes, made here and by nobody else's service: takes a text, gives the code as SVG for
//! pages and as PNG for posts and print. Error correction M, quiet zone of four modules, always
//! black on white, because phones read it so in dark rooms too.

use crate::site::community::LONGEST_CODE as MOST;
use image::{ExtendedColorType, ImageEncoder as _};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Modules of white on each side.
const QUIET: usize = 4;
/// Pixels of a module in a PNG.
const PIXELS: usize = 8;

/// A code: its modules row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    width: usize,
    dark: Vec<bool>,
}

/// Makes the code of a text; none when the text is empty or too long for phones.
pub fn code(text: &str) -> Option<Code> {
    if text.is_empty() || text.len() > MOST {
        return None;
    }
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(Code {
        width: code.width(),
        dark: code
            .to_colors()
            .into_iter()
            .map(|color| color == Color::Dark)
            .collect(),
    })
}

impl Code {
    /// Modules of a side with the quiet zone.
    pub fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// Whether the module in a column and row of the whole picture is dark.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.dark.get(y * self.width + x) == Some(&true),
            _ => false,
        }
    }

    /// As SVG.
    pub fn svg(&self) -> String {
        let side = self.side();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{0}\" height=\"{0}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"",
            side * PIXELS
        );
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|at| self.is_dark(*at, y)).count();
                if run > 0 {
                    let _ = write!(svg, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        svg.push_str("\"/></svg>\n");
        svg
    }

    /// As PNG.
    ///
    /// # Errors
    /// When the picture cannot be encoded.
    pub fn png(&self) -> anyhow::Result<Vec<u8>> {
        let side = self.side() * PIXELS;
        let mut pixels = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let dark = self.is_dark(x / PIXELS, y / PIXELS);
                pixels.push(if dark { 0 } else { 255 });
            }
        }
        let side = u32::try_from(side)?;
        let mut bytes = Vec::new();
        image::codecs::png::PngEncoder::new(&mut bytes).write_image(
            &pixels,
            side,
            side,
            ExtendedColorType::L8,
        )?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, PIXELS, code};
    use image::GrayImage;

    const TEXT: &str = "https://yunlan.example/go/telegram/masto/?utm_source=masto&utm_medium=qr&utm_campaign=salary-map&utm_content=telegram";

    fn read(picture: GrayImage) -> String {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(
            usize::try_from(picture.width()).unwrap(),
            usize::try_from(picture.height()).unwrap(),
            |x, y| {
                let at = |at: usize| u32::try_from(at).unwrap();
                picture.get_pixel(at(x), at(y)).0[0]
            },
        );
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1);
        let (meta, text) = grids[0].decode().unwrap();
        // The decoder's number for level M.
        assert_eq!(meta.ecc_level, 0);
        text
    }

    #[test]
    fn a_png_says_its_text_and_has_a_quiet_zone() {
        let bytes = code(TEXT).unwrap().png().unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().to_luma8();
        let quiet = u32::try_from(4 * PIXELS).unwrap();
        let white = |x: u32, y: u32| picture.get_pixel(x, y).0 == [255];
        assert!(
            (0..picture.width())
                .all(|at| (0..quiet).all(|edge| white(at, edge) && white(edge, at)))
        );
        assert!(!white(quiet, quiet));
        assert_eq!(read(picture), TEXT);
    }

    #[test]
    fn an_svg_says_its_text() {
        let code = code(TEXT).unwrap();
        let svg = code.svg();
        let side = u32::try_from(code.side() * PIXELS).unwrap();
        let mut picture = GrayImage::from_pixel(side, side, image::Luma([255]));
        let path = svg.rsplit("d=\"").next().unwrap();
        for run in path.split('M').skip(1) {
            let numbers: Vec<u32> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            let [x, y, run, ..] = numbers[..] else {
                panic!("{numbers:?}");
            };
            let pixels = u32::try_from(PIXELS).unwrap();
            for x in x * pixels..(x + run) * pixels {
                for y in y * pixels..(y + 1) * pixels {
                    picture.put_pixel(x, y, image::Luma([0]));
                }
            }
        }
        assert_eq!(read(picture), TEXT);
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert_eq!(code(&"x".repeat(MOST + 1)), None);
        assert!(code(&"x".repeat(MOST)).is_some());
        assert_eq!(code(""), None);
    }
}
