package io.penstock.compose.kafka;

import java.io.Serial;
import java.nio.file.Path;

/** Another running Penstock uses this data folder. */
public final class FolderInUseException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  FolderInUseException(Path folder) {
    super(
        "the data folder %s is in use by another process; stop it, or choose another with --data"
            .formatted(folder.toAbsolutePath()));
  }
}
