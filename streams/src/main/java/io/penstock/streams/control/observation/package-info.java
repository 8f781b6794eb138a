/** What results and feedback say about the target that served them. */
@NullMarked
package io.penstock.streams.control.observation;

import org.jspecify.annotations.NullMarked;
