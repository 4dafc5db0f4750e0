"""The form designer: sections, questions and papers of a form, with what the applicant will see beside them."""
