/** The attributes that tie a control to its label, its hint and its error. */
export function named({ labelledBy, label, describedBy, focus }) {
  return {
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy ? null : label,
    "aria-describedby": describedBy,
    dataset: { focus },
  };
}
