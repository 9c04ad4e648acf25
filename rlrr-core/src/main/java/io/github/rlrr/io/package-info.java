/** Reading small files of people's, and saying what is wrong with them. */
@NullMarked
package io.github.rlrr.io;

import org.jspecify.annotations.NullMarked;
