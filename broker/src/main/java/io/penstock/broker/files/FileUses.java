package io.penstock.broker.files;

import java.util.Optional;

/** Says what still reads a file. */
@FunctionalInterface
public interface FileUses {

  /** The id of something that reads the file and is not done. */
  Optional<String> userOf(String fileId);
}
