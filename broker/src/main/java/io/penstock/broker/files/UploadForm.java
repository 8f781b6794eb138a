package io.penstock.broker.files;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.commons.fileupload.FileItemIterator;
import org.apache.commons.fileupload.FileItemStream;
import org.apache.commons.fileupload.FileUpload;
import org.apache.commons.fileupload.FileUploadBase.FileUploadIOException;
import org.apache.commons.fileupload.FileUploadException;
import org.apache.commons.fileupload.MultipartStream;
import org.apache.commons.fileupload.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the form of an upload as it comes in. The file goes to the store piece by piece; its fields
 * may stand before or behind it.
 *
 * @param name as the user gave it
 * @param purpose what the file is for
 * @param expiresAfter how long it is kept; empty keeps it
 * @param content where the file was stored
 */
record UploadForm(
    String name, String purpose, Optional<Duration> expiresAfter, FileRecord.Piece content) {

  private static final int LONGEST_FIELD = 1024;
  private static final int MOST_FIELDS = 20;
  private static final int LONGEST_PART_HEADER = 4096;
  private static final String BATCH = "batch";

  private static final class Fields {
    private @Nullable String purpose;
    private @Nullable String anchor;
    private @Nullable String seconds;
    private @Nullable String name;
    private FileRecord.@Nullable Piece content;
  }

  private record Multipart(String contentType, InputStream body) implements RequestContext {

    @Override
    public String getCharacterEncoding() {
      return StandardCharsets.UTF_8.name();
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    @SuppressWarnings("deprecation") // The interface still asks for it.
    public int getContentLength() {
      return -1;
    }

    @Override
    public InputStream getInputStream() {
      return body;
    }
  }

  /**
   * Reads a form to its end and stores its file. If it is refused, nothing is kept.
   *
   * @param contentType with the boundary of its parts
   * @throws ApiException naming the field that is wrong
   * @throws IOException if the caller went away or the store failed
   */
  static UploadForm read(String contentType, InputStream body, FileUploads uploads)
      throws IOException {
    Fields fields = new Fields();
    try {
      readParts(contentType, body, uploads, fields);
      return checked(fields);
    } catch (FileUploadException
        | FileUploadIOException
        | MultipartStream.MalformedStreamException malformed) {
      discard(fields, uploads);
      throw new ApiException(
          ApiError.invalid(
              400,
              "invalid_multipart",
              "The body is not a complete multipart/form-data form: %s."
                  .formatted(malformed.getMessage())));
    } catch (FileUploads.TooLargeException tooLarge) {
      throw new ApiException(
          ApiError.invalid(
              413, "file_too_large", "%s; split it.".formatted(capital(tooLarge.getMessage()))));
    } catch (IOException | RuntimeException failed) {
      discard(fields, uploads);
      throw failed;
    }
  }

  private static void readParts(
      String contentType, InputStream body, FileUploads uploads, Fields fields)
      throws IOException, FileUploadException {
    FileUpload upload = new FileUpload();
    upload.setPartHeaderSizeMax(LONGEST_PART_HEADER);
    FileItemIterator parts = upload.getItemIterator(new Multipart(contentType, body));
    for (int count = 0; parts.hasNext(); count++) {
      if (count == MOST_FIELDS) {
        throw invalid("file", "too_many_fields", "The form has too many fields.");
      }
      FileItemStream part = parts.next();
      try (InputStream in = part.openStream()) {
        readPart(part, in, uploads, fields);
      }
    }
  }

  private static void readPart(
      FileItemStream part, InputStream in, FileUploads uploads, Fields fields) throws IOException {
    String field = part.getFieldName();
    switch (field) {
      case "file" -> {
        if (fields.content != null) {
          throw invalid("file", "duplicate_field", "The form has two files; send one.");
        }
        fields.name = part.getName() == null ? "" : part.getName();
        fields.content = uploads.store(in);
      }
      case "purpose" -> {
        fields.purpose = text(field, in);
        checkPurpose(fields.purpose);
      }
      case "expires_after[anchor]" -> fields.anchor = text(field, in);
      case "expires_after[seconds]" -> fields.seconds = text(field, in);
      default ->
          throw invalid(
              field,
              "unknown_parameter",
              "%s is not a field of this form; remove it.".formatted(field));
    }
  }

  private static UploadForm checked(Fields fields) {
    if (fields.content == null || fields.name == null) {
      throw invalid("file", "missing_required_parameter", "file is missing; attach it.");
    }
    if (fields.purpose == null) {
      throw invalid("purpose", "missing_required_parameter", "purpose is missing; send batch.");
    }
    return new UploadForm(fields.name, fields.purpose, expiry(fields), fields.content);
  }

  private static void checkPurpose(String purpose) {
    if (!purpose.equals(BATCH)) {
      throw invalid(
          "purpose", "invalid_purpose", "purpose must be batch; no other kind of file is served.");
    }
  }

  private static Optional<Duration> expiry(Fields fields) {
    if (fields.anchor == null && fields.seconds == null) {
      return Optional.empty();
    }
    return Optional.of(
        FileExpiry.of("expires_after", fields.anchor, FileExpiry.number(fields.seconds)));
  }

  private static String text(String field, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(LONGEST_FIELD + 1);
    if (bytes.length > LONGEST_FIELD) {
      throw invalid(field, "field_too_long", "%s is too long.".formatted(field));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void discard(Fields fields, FileUploads uploads) {
    if (fields.content != null) {
      uploads.discard(fields.content);
    }
  }

  private static String capital(@Nullable String sentence) {
    String text = String.valueOf(sentence);
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static ApiException invalid(String field, String code, String message) {
    return new ApiException(ApiError.invalid(field, code, message));
  }
}
