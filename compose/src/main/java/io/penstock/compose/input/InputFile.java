package io.penstock.compose.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A file of requests, in the format that its name's ending says. May be opened several times. */
public record InputFile(Path path, Format format) {

  /** The formats that can be read. */
  public enum Format {
    /** A text on each line. */
    TXT,
    /** RFC 4180 with a header line that names a {@code prompt} column. */
    CSV,
    /** OpenAI batch lines: a JSON object with custom_id, method, url and body on each line. */
    JSONL
  }

  /**
   * The file of this name.
   *
   * @throws InputException if the ending is none of .txt, .csv and .jsonl, or it is no readable
   *     file
   */
  public static InputFile of(Path path) throws InputException {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    Format format;
    if (name.endsWith(".txt")) {
      format = Format.TXT;
    } else if (name.endsWith(".csv")) {
      format = Format.CSV;
    } else if (name.endsWith(".jsonl")) {
      format = Format.JSONL;
    } else {
      throw new InputException(
          path
              + ": the name must end in .txt (a text on each line), .csv (a prompt column)"
              + " or .jsonl (OpenAI batch lines)");
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new InputException(path + ": there is no readable file of this name");
    }
    return new InputFile(path, format);
  }

  /**
   * Starts reading at the beginning. The caller closes the reader.
   *
   * @throws InputException if the file cannot be opened, or its header is unusable
   */
  public InputReader open() throws InputException {
    InputStream stream;
    try {
      stream = withoutByteOrderMark(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
    } catch (IOException e) {
      throw new InputException(path + ": cannot be opened: " + e.getMessage(), e);
    }
    return switch (format) {
      case TXT -> new TextReader(new LineSource(stream));
      case CSV -> CsvReader.open(path.toString(), stream);
      case JSONL -> new JsonLinesReader(new LineSource(stream));
    };
  }

  private static InputStream withoutByteOrderMark(InputStream stream) throws IOException {
    stream.mark(3);
    if (stream.read() != 0xEF || stream.read() != 0xBB || stream.read() != 0xBF) {
      stream.reset();
    }
    return stream;
  }
}
