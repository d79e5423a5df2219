//! Images within a platform's limits: takes a file of the site, gives bytes of a type, size and
//! number of bytes that the platform takes. A file that fits is sent as it is.

use crate::platform::capability::ImageLimit;
use crate::platform::{Failure, Image, Images, Rendition};
use crate::render::qr;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView as _, ImageFormat, RgbImage};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Qualities that are tried until the bytes fit, the best first.
const QUALITIES: [u8; 5] = [88, 80, 70, 55, 40];
/// Largest picture that is decoded, in pixels: a poster of a hundred megapixels is a mistake.
const LARGEST: u64 = 100_000_000;

/// Images of the site in a folder. Each rendition is made once a run.
pub(super) struct SiteImages {
    root: PathBuf,
    /// Texts of QR codes, by the addresses of their pictures.
    codes: BTreeMap<String, String>,
    made: Mutex<BTreeMap<String, Rendition>>,
}

impl SiteImages {
    /// Images of the site in `root`.
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            codes: BTreeMap::new(),
            made: Mutex::default(),
        }
    }

    /// The same with QR codes to make, by the addresses of their pictures.
    pub(super) fn with_codes(mut self, codes: BTreeMap<String, String>) -> Self {
        self.codes = codes;
        self
    }
}

impl Images for SiteImages {
    fn rendition(&self, image: &Image, limit: &ImageLimit) -> Result<Rendition, Failure> {
        if let Some(text) = self.codes.get(&image.url) {
            return qr::code(text)
                .ok_or_else(|| "holds too long a text".to_owned())
                .and_then(|code| code.png().map_err(|error| error.to_string()))
                .and_then(|bytes| fitted(bytes, "qr", limit))
                .map_err(|reason| Failure::refused(format!("the QR code of the post {reason}")));
        }
        let Some(file) = &image.file else {
            return Err(Failure::refused(format!(
                "the image {} is no file of this site",
                image.url
            )));
        };
        let key = format!("{file} {} {} {:?}", limit.bytes, limit.side, limit.types);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&key) {
            return Ok(known.clone());
        }
        let rendition = make(&self.root, file, limit)
            .map_err(|reason| Failure::refused(format!("the image `{file}` {reason}")))?;
        made.insert(key, rendition.clone());
        Ok(rendition)
    }
}

fn make(root: &Path, file: &str, limit: &ImageLimit) -> Result<Rendition, String> {
    let inside = Path::new(file)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err("lies outside the site".to_owned());
    }
    let bytes =
        std::fs::read(root.join(file)).map_err(|error| format!("cannot be read: {error}"))?;
    let stem = Path::new(file)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    fitted(bytes, &stem, limit)
}

/// The picture's bytes within the limit, under a name of its own.
fn fitted(bytes: Vec<u8>, stem: &str, limit: &ImageLimit) -> Result<Rendition, String> {
    let format = image::guess_format(&bytes).map_err(|_| "is of no known type".to_owned())?;
    let size = imagesize::blob_size(&bytes).map_err(|_| "is damaged".to_owned())?;
    let digest = blake3::hash(&bytes).to_hex()[..8].to_owned();
    let stem: String = deunicode::deunicode(stem)
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    let name = |ending: &str| format!("{}-{digest}.{ending}", stem.trim_matches('-'));
    let own = media_type(format);
    let (width, height) = (size.width, size.height);
    let side = usize::try_from(limit.side).unwrap_or(usize::MAX);
    if let Some((own, ending)) = own
        && limit.types.contains(&own)
        && bytes.len() <= limit.bytes
        && width.max(height) <= side
    {
        return Ok(Rendition {
            bytes,
            media_type: own,
            name: name(ending),
            width: u32::try_from(width).unwrap_or(u32::MAX),
            height: u32::try_from(height).unwrap_or(u32::MAX),
        });
    }
    if (width as u64) * (height as u64) > LARGEST {
        return Err(format!("has {width}×{height} pixels; make it smaller"));
    }
    let decoded = image::load_from_memory_with_format(&bytes, format)
        .map_err(|error| format!("cannot be decoded: {error}"))?;
    let sized = if width.max(height) > side {
        decoded.resize(
            limit.side,
            limit.side,
            image::imageops::FilterType::Lanczos3,
        )
    } else {
        decoded
    };
    let (bytes, media_type, ending) = encode(sized.clone(), limit)?;
    let (width, height) = sized.dimensions();
    Ok(Rendition {
        bytes,
        media_type,
        name: name(ending),
        width,
        height,
    })
}

/// As JPEG of falling quality, then of falling size; as PNG where only that is taken.
fn encode(
    picture: DynamicImage,
    limit: &ImageLimit,
) -> Result<(Vec<u8>, &'static str, &'static str), String> {
    let mut picture = picture;
    loop {
        if limit.types.contains(&"image/jpeg") {
            let flat = on_white(&picture);
            for quality in QUALITIES {
                let mut bytes = Vec::new();
                JpegEncoder::new_with_quality(&mut bytes, quality)
                    .encode_image(&flat)
                    .map_err(|error| format!("cannot be encoded: {error}"))?;
                if bytes.len() <= limit.bytes {
                    return Ok((bytes, "image/jpeg", "jpg"));
                }
            }
        } else if limit.types.contains(&"image/png") {
            let mut bytes = Cursor::new(Vec::new());
            picture
                .write_to(&mut bytes, ImageFormat::Png)
                .map_err(|error| format!("cannot be encoded: {error}"))?;
            if bytes.get_ref().len() <= limit.bytes {
                return Ok((bytes.into_inner(), "image/png", "png"));
            }
        } else {
            return Err(format!("is not {}", limit.types.join(" or ")));
        }
        let (width, height) = picture.dimensions();
        if width.max(height) < 64 {
            return Err(format!("cannot be brought to {} bytes", limit.bytes));
        }
        picture = picture.resize(
            (width * 3 / 4).max(1),
            (height * 3 / 4).max(1),
            image::imageops::FilterType::Lanczos3,
        );
    }
}

/// JPEG has no transparency; readers expect white behind a drawing.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let rgba = picture.to_rgba8();
    let mut flat = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in flat.pixels_mut().zip(rgba.pixels()) {
        let alpha = u16::from(from.0[3]);
        for (to, from) in to.0.iter_mut().zip(from.0) {
            let mixed = (u16::from(from) * alpha + 255 * (255 - alpha)) / 255;
            *to = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    flat
}

fn media_type(format: ImageFormat) -> Option<(&'static str, &'static str)> {
    match format {
        ImageFormat::Jpeg => Some(("image/jpeg", "jpg")),
        ImageFormat::Png => Some(("image/png", "png")),
        ImageFormat::WebP => Some(("image/webp", "webp")),
        ImageFormat::Gif => Some(("image/gif", "gif")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::SiteImages;
    use crate::platform::capability::ImageLimit;
    use crate::platform::{FailureKind, Image, Images as _};
    use image::{Rgba, RgbaImage};

    fn site() -> (tempfile::TempDir, SiteImages) {
        let folder = tempfile::tempdir().expect("a folder");
        let noise = |x: u32, y: u32| {
            let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
            let [a, b, c, _] = mixed.to_le_bytes();
            Rgba([a, b, c, if x < 100 { 0 } else { 255 }])
        };
        RgbaImage::from_fn(600, 300, noise)
            .save(folder.path().join("图 1.png"))
            .expect("a picture");
        let images = SiteImages::new(folder.path());
        (folder, images)
    }

    fn picture(file: &str) -> Image {
        Image {
            url: "https://example.org/x.png".to_owned(),
            alt: String::new(),
            file: Some(file.to_owned()),
            digest: None,
        }
    }

    #[test]
    fn a_picture_that_fits_is_sent_as_it_is() {
        let (folder, images) = site();
        let limit = ImageLimit {
            bytes: 10_000_000,
            side: 2_000,
            types: &["image/jpeg", "image/png"],
        };
        let made = images
            .rendition(&picture("图 1.png"), &limit)
            .expect("a rendition");
        assert_eq!(
            (made.media_type, made.width, made.height),
            ("image/png", 600, 300)
        );
        assert_eq!(
            made.bytes,
            std::fs::read(folder.path().join("图 1.png")).expect("bytes")
        );
        assert!(
            made.name.is_ascii() && made.name.ends_with(".png"),
            "{}",
            made.name
        );
    }

    #[test]
    fn others_become_smaller_pictures_on_white() {
        let (_folder, images) = site();
        let limit = ImageLimit {
            bytes: 20_000,
            side: 300,
            types: &["image/jpeg"],
        };
        let made = images
            .rendition(&picture("图 1.png"), &limit)
            .expect("a rendition");
        assert!(made.bytes.len() <= 20_000 && made.width <= 300);
        let seen = image::load_from_memory(&made.bytes)
            .expect("a picture")
            .to_rgb8();
        assert_eq!((seen.width(), seen.height()), (made.width, made.height));
        assert!(seen.get_pixel(2, 2).0.iter().all(|value| *value > 240));
    }

    #[test]
    fn codes_are_made_where_they_are_needed() {
        let (_folder, images) = site();
        let codes = [("https://example.org/x.png".to_owned(), "hello".to_owned())];
        let images = images.with_codes(codes.into());
        for types in [&["image/png"][..], &["image/jpeg"]] {
            let limit = ImageLimit {
                bytes: 1_000_000,
                side: 1_000,
                types,
            };
            let image = Image {
                file: None,
                ..picture("")
            };
            let made = images.rendition(&image, &limit).expect("a rendition");
            assert_eq!(made.media_type, types[0]);
            let seen = image::load_from_memory(&made.bytes).expect("a picture");
            let seen = seen.to_luma8();
            let mut seen = rqrr::PreparedImage::prepare_from_greyscale(
                usize::try_from(seen.width()).expect("a width"),
                usize::try_from(seen.height()).expect("a height"),
                |x, y| {
                    let at = |at: usize| u32::try_from(at).expect("a place");
                    seen.get_pixel(at(x), at(y)).0[0]
                },
            );
            let (_, text) = seen.detect_grids()[0].decode().expect("a text");
            assert_eq!(text, "hello");
        }
    }

    #[test]
    fn nothing_outside_the_site_is_read() {
        let (_folder, images) = site();
        let limit = ImageLimit {
            bytes: 20_000,
            side: 300,
            types: &["image/jpeg"],
        };
        for file in ["../secret.png", "/etc/hostname", "missing.png"] {
            let refused = images
                .rendition(&picture(file), &limit)
                .expect_err("a refusal");
            assert_eq!(refused.kind, FailureKind::Refused);
        }
    }
}
